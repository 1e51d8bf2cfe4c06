package plate

import (
	"slices"

	"gatehouse/sync/fact"
)

// Index finds open tickets, reservations or passes by plate. Plates are in normal form. Several ids may carry
// one plate (a twin), and one id several plates.
type Index[ID ~string] struct {
	policy Policy
	open   map[fact.Plate]*entry[ID]
	// near holds each plate under its skeleton and under its skeleton less each one of its characters, so that
	// two plates one edit apart meet under at least one key.
	near chains[ID]
}

// entry is one open plate.
type entry[ID ~string] struct {
	text  text
	ids   []ID       // sorted
	links []link[ID] // in near
}

// NewIndex is an empty index that decides by the policy.
func NewIndex[ID ~string](policy Policy) *Index[ID] {
	return &Index[ID]{policy: policy, open: map[fact.Plate]*entry[ID]{}}
}

// Exact lists the ids with exactly this plate, sorted. It holds until the next Add or Remove.
func (x *Index[ID]) Exact(plate fact.Plate) []ID {
	if e := x.open[plate]; e != nil {
		return e.ids
	}
	return nil
}

// Add opens id under plate. The empty plate, and what is there already, change nothing.
func (x *Index[ID]) Add(plate fact.Plate, id ID) {
	if plate == "" {
		return
	}
	e := x.open[plate]
	if e == nil {
		e = &entry[ID]{text: spell(plate)}
		x.open[plate] = e
		x.link(e)
	}
	if at, there := slices.BinarySearch(e.ids, id); !there {
		e.ids = slices.Insert(e.ids, at, id)
	}
}

// Remove closes id under plate; what is not there changes nothing.
func (x *Index[ID]) Remove(plate fact.Plate, id ID) {
	e := x.open[plate]
	if e == nil {
		return
	}
	if at, there := slices.BinarySearch(e.ids, id); there {
		e.ids = slices.Delete(e.ids, at, at+1)
	}
	if len(e.ids) == 0 {
		delete(x.open, plate)
		x.unlink(e)
	}
}

func (x *Index[ID]) link(e *entry[ID]) {
	e.links = make([]link[ID], 0, e.text.length+1)
	for skip := -1; skip < e.text.length; skip++ {
		if !e.text.repeats(skip) {
			e.links = append(e.links, link[ID]{key: e.text.key(skip), entry: e})
		}
	}
	for i := range e.links {
		x.near.add(&e.links[i])
	}
}

func (x *Index[ID]) unlink(e *entry[ID]) {
	for i := range e.links {
		x.near.remove(&e.links[i])
	}
}
