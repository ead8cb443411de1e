//go:build !race

package report

const slowedBy = 1
