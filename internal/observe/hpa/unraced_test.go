//go:build !race

package hpa

const raced = false
