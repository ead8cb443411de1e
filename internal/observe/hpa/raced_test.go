//go:build race

package hpa

// raced: the race detector makes everything several times as expensive.
const raced = true
