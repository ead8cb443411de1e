package typeface

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// folders are where fonts are installed: on Linux those of fontconfig's default
// configuration.
func folders() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = string(filepath.Separator) // none of the user's own then
	}
	if runtime.GOOS == "darwin" {
		return []string{filepath.Join(home, "Library/Fonts"), "/Library/Fonts", "/System/Library/Fonts"}
	}
	all := []string{filepath.Join(cmp.Or(os.Getenv("XDG_DATA_HOME"), filepath.Join(home, ".local/share")), "fonts"), filepath.Join(home, ".fonts")}
	for _, shared := range filepath.SplitList(cmp.Or(os.Getenv("XDG_DATA_DIRS"), "/usr/local/share:/usr/share")) {
		all = append(all, filepath.Join(shared, "fonts"))
	}
	return append(all, "/usr/share/fonts", "/usr/local/share/fonts")
}

// unwanted are words in the path of a font that stands less well beside the
// pictures' own, which is upright, of one weight and without serifs.
var unwanted = []string{
	"bold", "italic", "oblique", "light", "thin", "black", "heavy", "medium", "condensed", "narrow",
	"serif", "mincho", "ming", "song", "batang", "mono", "math", "symbol", "emoji", "unifont",
}

// ranked are the font files in folders, the most wanted first, the order otherwise
// that of their paths.
func ranked(folders ...string) []string {
	var files []string
	for _, folder := range folders {
		files = append(files, fontsIn(folder)...)
	}
	slices.Sort(files)
	files = slices.Compact(files)
	slices.SortStableFunc(files, func(a, b string) int { return cmp.Compare(blemishes(a), blemishes(b)) })
	return files
}

func blemishes(file string) int {
	file = strings.ReplaceAll(strings.ToLower(file), "sansserif", "sans")
	count := 0
	for _, word := range unwanted {
		if strings.Contains(file, word) {
			count++
		}
	}
	return count
}

// fontsIn are the font files beneath a folder, which may be a link to it; those of
// a folder that cannot be read are left out.
func fontsIn(folder string) []string {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil
	}
	var files []string
	// The function has no error of its own, so neither has the walk.
	filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fs.SkipDir
		}
		name := strings.ToLower(entry.Name())
		// Apple's font of last resort has every letter, as a box.
		if slices.Contains([]string{".ttf", ".otf", ".ttc", ".otc"}, filepath.Ext(name)) && !strings.HasPrefix(name, "lastresort") && !entry.IsDir() {
			files = append(files, path)
		}
		return nil
	})
	return files
}
