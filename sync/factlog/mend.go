package factlog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// cut decides how far the log reaches. A gap that was durable to its end is damage, and the log goes on behind it; at
// the first other gap the log ends. Where it ends before the last index known durable, the rest is damage too.
func (r *rescue) cut() {
	for _, g := range r.gaps {
		if g.Last > r.sure {
			r.at = g.before
			break
		}
		r.note(g.Damage, 1, r.sure)
	}
	r.note(Damage{r.at.next, r.sure}, 1, r.sure)
	r.last, r.chain = max(r.at.next-1, r.sure), r.at.chain
	r.durable = r.last
	for _, s := range r.found[:r.at.segment+1] {
		if s.first != 0 {
			r.segments = append(r.segments, s)
		}
	}
}

// settle makes the end of the log fit for appends. A tail that lost durable frames is left as evidence and the log
// goes on in the next segment; so it does, with the frames not proven durable copied there, when the tail can't be
// read or written any more.
func (r *rescue) settle() error {
	if r.at.next <= r.sure {
		return r.useSpare()
	}
	err := r.mend()
	if err == nil {
		return r.useSpare()
	}
	if moveErr := r.move(); moveErr != nil {
		return fmt.Errorf("tail can't be repaired (%w) nor moved: %w", err, moveErr)
	}
	return nil
}

// useSpare takes the newest segment as the spare if it is one.
func (r *rescue) useSpare() error {
	newest := len(r.found) - 1
	if newest <= r.at.segment || !r.found[newest].blank || r.found[newest].size != r.segmentBytes {
		return nil
	}
	file, err := r.openTwice(r.found[newest].number)
	if err != nil {
		return nil // Prepare makes another one
	}
	r.adopt(place{file: file, number: r.found[newest].number, size: r.segmentBytes})
	return nil
}

// mend writes the frames that aren't known durable once more, zeros what follows them, and opens the tail.
func (r *rescue) mend() error {
	for i := range r.found {
		if i < r.at.segment && limitOf(r.found[:r.at.segment+1], i) <= r.sure+1 {
			continue // durable to its end
		}
		if err := r.mendSegment(i); err != nil {
			return err
		}
	}
	if r.at.segment < 0 {
		return nil
	}
	s := r.found[r.at.segment]
	file, err := r.openTwice(s.number)
	if err != nil {
		return err
	}
	r.tail = place{file: file, number: s.number, offset: r.at.offset, size: s.size}
	return nil
}

// mendSegment writes again what isn't known durable of one segment and zeros what lies behind the end of the log.
func (r *rescue) mendSegment(i int) error {
	s, end := &r.found[i], r.endOf(i)
	if s.blank || s.first == 0 && i < r.at.segment {
		return nil
	}
	if s.refused > end {
		return fmt.Errorf("segment %d: the disk refuses to read it", s.number)
	}
	file, err := r.openTwice(s.number)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := r.rewrite(file, *s, end); err != nil {
		return err
	}
	if i >= r.at.segment {
		zeroed, err := zeroFrom(file, end, s.size)
		if err != nil {
			return err
		}
		r.torn += zeroed
		s.blank = i > r.at.segment
	}
	return file.Datasync()
}

// endOf returns the offset in a segment at which the log ends.
func (r *rescue) endOf(i int) int64 {
	switch {
	case i < r.at.segment:
		return r.found[i].size
	case i == r.at.segment:
		return r.at.offset
	}
	return 0
}

// rewrite writes header and frames above r.sure a second time: after a failed flush they may be in the page cache
// only, where the next flush finds nothing to do.
func (r *rescue) rewrite(file File, s segment, end int64) error {
	if end == 0 {
		return nil
	}
	start := r.firstUnsure(file, s, end)
	data := make([]byte, end-start)
	if _, err := file.ReadAt(data, start); err != nil {
		return err
	}
	if s.first > r.sure && s.headed {
		copy(data, appendHeader(nil, s.number, s.first, s.chain))
	}
	_, err := file.WriteAt(data, start)
	return err
}

// firstUnsure returns the offset of the first byte that isn't known durable.
func (r *rescue) firstUnsure(file File, s segment, end int64) int64 {
	if s.first > r.sure {
		return 0
	}
	scan := newScanner(file, s.number, end)
	for f, ok := scan.next(); ok; f, ok = scan.next() {
		if f.index > r.sure {
			return f.at
		}
	}
	return end
}

// move copies the frames that aren't known durable to a new segment. Its first index makes the old ones leftovers.
func (r *rescue) move() error {
	v, err := r.view()
	if err != nil {
		return err
	}
	var chain Hash
	var payloads [][]byte
	w := &walk{lost: func(Damage) {}}
	err = r.follow(v, max(1, r.sure), w, func(f frame) error {
		if f.index <= r.sure {
			chain = f.hash
		} else {
			payloads = append(payloads, bytes.Clone(f.payload()))
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.segments = slices.DeleteFunc(r.segments, func(s segment) bool { return s.first > r.sure })
	r.last, r.durable, r.chain = r.sure, r.sure, chain
	if err := errors.Join(r.useSpare(), r.prepareNow()); err != nil {
		return err
	}
	if _, err := r.appendAll(payloads); err != nil {
		return err
	}
	return r.Flush()
}

// zeroFrom replaces what isn't zero in [at, end) by zeros, block by block, and returns how many bytes it wrote.
func zeroFrom(file File, at, end int64) (written int64, err error) {
	block, zeros := make([]byte, windowBytes), make([]byte, blockBytes)
	for at < end {
		n, err := file.ReadAt(block[:min(windowBytes, end-at)], at)
		if err != nil {
			return written, err
		}
		for start := 0; start < n; {
			stop := min(n, start+blockBytes-int((at+int64(start))%blockBytes))
			if !bytes.Equal(block[start:stop], zeros[:stop-start]) {
				if _, err := file.WriteAt(zeros[:stop-start], at+int64(start)); err != nil {
					return written, err
				}
				written += int64(stop - start)
			}
			start = stop
		}
		at += int64(n)
	}
	return written, nil
}

// isZero reports whether the first size bytes are zeros.
func isZero(file File, size int64) bool {
	window := make([]byte, min(windowBytes, size))
	for at := int64(0); at < size; at += int64(len(window)) {
		window = window[:min(int64(len(window)), size-at)]
		if _, err := file.ReadAt(window, at); err != nil {
			return false
		}
		for _, b := range window {
			if b != 0 {
				return false
			}
		}
	}
	return true
}
