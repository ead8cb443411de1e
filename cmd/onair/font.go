package main

import (
	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/report"
)

// addFont adds the flag that names a font to a command that makes pictures.
func addFont(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "font", "", "TrueType or OpenType `file` for letters beyond Latin in PNG pictures (default: what this machine has)")
}

// useFont has pictures drawn with the font of the flag, where one was given.
func useFont(file string) error {
	if file == "" {
		return nil
	}
	if err := report.UseFont(file); err != nil {
		return usageError{err}
	}
	return nil
}
