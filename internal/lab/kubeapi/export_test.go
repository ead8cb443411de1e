package kubeapi

// Follower returns what brings a server of src up to date.
func Follower(src Source) func() {
	s := New(src)
	return func() { s.follow() }
}
