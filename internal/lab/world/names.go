package world

import "fmt"

// uuid makes an object's identity from the seed.
func (w *World) uuid() string {
	a, b := w.rng.Uint64(), w.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", uint32(a>>32), uint16(a>>16), a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff)
}

// suffix makes n of the letters Kubernetes ends generated names with: no vowels, so no words.
func (w *World) suffix(n int) string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[w.rng.IntN(len(letters))]
	}
	return string(b)
}

// instanceID makes an identity as EC2's are.
func (w *World) instanceID() string { return fmt.Sprintf("i-%017x", w.rng.Uint64()) }

// address is the nth private address of the pods' network.
func address(n int) string { return fmt.Sprintf("10.0.%d.%d", n/250, n%250+4) }
