// Package spelling finds the word that a mistyped one most likely meant.
package spelling

// Nearest returns the known word that is fewest edits away; ok is false where all
// are further than one edit and one more for every three letters.
func Nearest(word string, known []string) (nearest string, ok bool) {
	least := 1 + len(word)/3
	for _, k := range known {
		if d := distance(word, k); d <= least && (!ok || d < least) {
			nearest, least, ok = k, d, true
		}
	}
	return nearest, ok
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (Damerau-Levenshtein, optimal string alignment).
// Long words are as good as unrelated.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return max(len(x), len(y))
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			replace := rows[i-1][j-1]
			if x[i-1] != y[j-1] {
				replace++
			}
			rows[i][j] = min(replace, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
