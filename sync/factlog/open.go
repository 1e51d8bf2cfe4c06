package factlog

import "fmt"

// Recovery says what Open found and did.
type Recovery struct {
	First, Last Index    // the lowest index held (0: none) and the highest; the next append gets Last+1
	Chain       Hash     // hash of frame Last
	Damage      []Damage // durable frames that are lost; indexes in it are never used again
	TornBytes   int64    // bytes of an unfinished flush that were replaced by zeros
	Segments    int      // files that hold frames
	// UnreadableBytes is what the disk refused to return twice. Frames in it that were known durable are in Damage;
	// what else stood there nobody can tell.
	UnreadableBytes int64
}

// Open opens the log in an existing folder, an empty one too, and makes it ready for appends. It goes on after any
// damage. Errors: ErrOptions, ErrFormat, and the disk's when the folder can't be listed or nothing can be written.
func Open(disk Disk, dir string, o Options) (*Log, Recovery, error) {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = SegmentBytesDefault
	}
	o.SegmentBytes = (o.SegmentBytes + blockBytes - 1) &^ (blockBytes - 1)
	if o.SegmentBytes < segmentBytesMin {
		return nil, Recovery{}, fmt.Errorf("%w: SegmentBytes %d, at least %d", ErrOptions, o.SegmentBytes, segmentBytesMin)
	}
	l := &Log{disk: disk, dir: dir, segmentBytes: o.SegmentBytes, trimmed: o.Trimmed}
	r := &rescue{Log: l, sure: max(o.From, o.KnownDurable, o.Trimmed)}
	if err := r.run(o.From); err != nil {
		l.Close()
		return nil, Recovery{}, fmt.Errorf("factlog: open %s: %w", dir, err)
	}
	return l, r.report(), nil
}

func (r *rescue) report() Recovery {
	report := Recovery{
		Last: r.last, Chain: r.chain, Damage: r.Damage(),
		TornBytes: r.torn, Segments: len(r.segments), UnreadableBytes: r.unreadable,
	}
	if len(r.segments) > 0 {
		report.First = r.segments[0].first
	}
	return report
}
