package crdt

import "slices"

// merge joins two slices that are sorted by compare and hold each key once; both is for keys that both have.
func merge[T any](a, b []T, compare func(x, y T) int, both func(x, y T) T) []T {
	out := make([]T, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch c := compare(a[0], b[0]); {
		case c < 0:
			out, a = append(out, a[0]), a[1:]
		case c > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, both(a[0], b[0])), a[1:], b[1:]
		}
	}
	out = append(append(out, a...), b...)
	if len(out) == 0 {
		return nil
	}
	return out
}

// find is the place of a key.
func find[T any](list []T, key T, compare func(x, y T) int) (at int, found bool) {
	return slices.BinarySearchFunc(list, key, compare)
}
