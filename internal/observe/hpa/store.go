package hpa

// store hands what a reflector delivers to functions, on the reflector's own
// goroutine, so that a fact is stamped when it comes.
type store[T any] struct {
	seen func(T)   // an object as it is now
	all  func([]T) // everything there is; nil: seen, one by one
	gone func(T)   // an object that was deleted; nil: of no interest
}

func (s *store[T]) Add(o any) error {
	s.seen(o.(T))
	return nil
}

func (s *store[T]) Update(o any) error { return s.Add(o) }

func (s *store[T]) Delete(o any) error {
	if s.gone != nil {
		s.gone(o.(T))
	}
	return nil
}

func (s *store[T]) Replace(objects []any, _ string) error {
	all := make([]T, len(objects))
	for i, o := range objects {
		all[i] = o.(T)
	}
	if s.all != nil {
		s.all(all)
		return nil
	}
	for _, o := range all {
		s.seen(o)
	}
	return nil
}

func (s *store[T]) Resync() error { return nil }
