package factlog

// walk follows the chain from frame to frame. It decides what may be believed and reports each range that it had to
// leave out; it doesn't know which of them were durable.
type walk struct {
	next  Index // the index expected; 0: whatever comes first
	chain Hash
	known bool // chain is the hash of frame next-1
	// before is the link before the frame that was taken last, if proven.
	before Hash
	proven bool
	lost   func(Damage)
}

// enter takes note of a segment's header: the chain can be taken up there.
func (w *walk) enter(s segment) {
	if !s.headed || w.next == s.first && w.known {
		return
	}
	w.skipTo(s.first)
	w.next, w.chain, w.known = s.first, s.chain, true
}

// take reports whether the frame is the log's next one. After a range that is lost the chain starts anew from the hash
// stored in the first frame behind it; a frame that breaks the chain is itself the lost one.
func (w *walk) take(f frame) bool {
	if f.index < w.next {
		return false
	}
	w.skipTo(f.index)
	w.before, w.proven = w.chain, w.known
	if !w.known {
		w.before = Hash{}
	}
	sound := !w.known || f.follows(w.chain)
	if !sound {
		w.lost(Damage{f.index, f.index})
	}
	w.next, w.chain, w.known = f.index+1, f.hash, true
	return sound
}

// skipTo reports what is missing before index.
func (w *walk) skipTo(index Index) {
	if w.next != 0 && w.next < index {
		w.lost(Damage{w.next, index - 1})
		w.known = false
	}
}
