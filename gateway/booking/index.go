package booking

import (
	"cmp"
	"slices"
)

// index lists the ids of what has a key, each list sorted. The zero key is nobody's.
type index[K comparable, ID cmp.Ordered] map[K][]ID

func (x index[K, ID]) add(key K, id ID) {
	var none K
	if key == none {
		return
	}
	if at, found := slices.BinarySearch(x[key], id); !found {
		x[key] = slices.Insert(x[key], at, id)
	}
}

func (x index[K, ID]) remove(key K, id ID) {
	at, found := slices.BinarySearch(x[key], id)
	if !found {
		return
	}
	x[key] = slices.Delete(x[key], at, at+1)
	if len(x[key]) == 0 {
		delete(x, key)
	}
}
