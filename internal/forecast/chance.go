package forecast

// Apart is the chance whose runs are those of no other seed, of seeds below 2^32 and as
// many runs: without, the runs of one seed would be those of the next but for one.
func (c Chance) Apart() Chance {
	c.Seed <<= 32
	return c
}
