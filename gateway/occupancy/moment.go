package occupancy

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrMoment is wrapped by every error of ParseMoment.
var ErrMoment = errors.New("occupancy: not a moment of a spot")

// Moment is all that decides what a spot makes of the next calls. Whoever gives its Spot the same readings and ticks at
// the same times gets the same changes, bit for bit: that is what recordings begin with.
type Moment struct {
	AtMS   int64 // monotonic
	Config Config
	Spot   Spot
}

const momentFormat = 3

// AppendMoment appends a moment as bytes: its format and then its numbers as varints, in the order of this file. What a
// spot has not learned is a byte each.
func AppendMoment(to []byte, m *Moment) []byte {
	c := codec{data: append(to, momentFormat)}
	c.moment(m)
	return c.data
}

// ParseMoment reads what AppendMoment wrote.
func ParseMoment(data []byte) (Moment, error) {
	if len(data) == 0 || data[0] != momentFormat {
		return Moment{}, fmt.Errorf("%w: another version of the gateway wrote it", ErrMoment)
	}
	c, m := codec{data: data[1:], reads: true}, Moment{}
	c.moment(&m)
	if c.broken || len(c.data) > 0 {
		return Moment{}, fmt.Errorf("%w: it is damaged", ErrMoment)
	}
	if err := m.Config.Check(); err != nil {
		return Moment{}, fmt.Errorf("%w: %w", ErrMoment, err)
	}
	return m, nil
}

// codec writes numbers to data, or reads them from it: one description of the bytes for both.
type codec struct {
	data   []byte
	reads  bool
	broken bool
}

func (c *codec) moment(m *Moment) {
	number(c, &m.AtMS)
	c.config(&m.Config)
	c.spot(&m.Spot)
}

func (c *codec) config(cfg *Config) {
	number(c, &cfg.Sensors)
	numbers(c, cfg.PeriodMS[:])
	for _, ms := range [...]*int64{
		&cfg.SilentPercent, &cfg.DebounceMS, &cfg.DoubtDebounceMS, &cfg.DisagreeAfterMS, &cfg.SuspectAfterMS,
		&cfg.SuspectFaultAfterMS, &cfg.NoiseFlips, &cfg.NoiseWindowMS, &cfg.StuckOccupiedMS, &cfg.StuckFlatMS, &cfg.StuckBinaryMS,
	} {
		number(c, ms)
	}
	number(c, &cfg.ConfirmBelow)
	number(c, &cfg.BinaryConfidence)
	number(c, &cfg.LearnReadings)
	number(c, &cfg.EmptyMM)
	number(c, &cfg.BlindMM)
	for _, l := range [...]*Levels{&cfg.Distance, &cfg.Field} {
		for _, level := range [...]*int32{&l.OccupiedFrom, &l.FreeUpTo, &l.SureBy, &l.TrackWithin, &l.TrackPerHour, &l.DriftMax} {
			number(c, level)
		}
	}
}

func (c *codec) spot(s *Spot) {
	for i := range s.sensors {
		c.sensor(&s.sensors[i])
	}
	number(c, &s.wakeMS)
	number(c, &s.candidateMS)
	number(c, &s.changedMS)
	number(c, &s.confidence)
	number(c, &s.status)
	number(c, &s.candidate)
	flag(c, &s.started)
}

func (c *codec) sensor(v *sensor) {
	for _, ms := range [...]*int64{
		&v.heardMS, &v.valueMS, &v.sinceMS, &v.flatMS, &v.noisyMS, &v.suspectMS, &v.trackedMS, &v.fieldMS, &v.movingMS,
	} {
		number(c, ms)
	}
	numbers(c, v.base[:])
	numbers(c, v.home[:])
	numbers(c, v.last[:])
	c.empty(&v.empty)
	numbers(c, v.unrest.covariance[:])
	c.steps(&v.steps)
	for i := range v.others {
		c.resting(&v.others[i])
	}
	c.neighbour(&v.neighbour)
	number(c, &v.stayed)
	number(c, &v.away)
	number(c, &v.from)
	number(c, &v.confidence)
	number(c, &v.opinion)
	number(c, &v.kind)
	number(c, &v.baseKind)
	number(c, &v.stage)
	number(c, &v.cause)
	number(c, &v.learned)
	number(c, &v.risen)
	number(c, &v.risenMM)
	number(c, &v.alike)
	number(c, &v.fault)
	for _, is := range [...]*bool{&v.spoken, &v.suspect, &v.withdrawn, &v.proven, &v.weak, &v.crept} {
		flag(c, is)
	}
}

func (c *codec) empty(e *emptyField) {
	number(c, &e.grownMS)
	for term := range e.slopes {
		numbers(c, e.slopes[term][:])
	}
	numbers(c, e.doubt[:])
	number(c, &e.lagging)
	number(c, &e.warmth)
	number(c, &e.origin)
	flag(c, &e.hasWarmth)
}

func (c *codec) resting(o *restingPlace) {
	numbers(c, o.place[:])
	number(c, &o.thereMS)
	number(c, &o.awayMS)
	number(c, &o.gapMS)
	number(c, &o.visits)
	flag(c, &o.there)
}

func (c *codec) steps(s *steps) {
	numbers(c, s.covariance[:])
	number(c, &s.lastMS)
	numbers(c, s.last[:])
	number(c, &s.beatMS)
	number(c, &s.gapMS)
	flag(c, &s.begun)
}

func (c *codec) neighbour(n *neighbour) {
	numbers(c, n.step[:])
	number(c, &n.seen)
}

type integer interface {
	~uint8 | ~uint16 | ~int32 | ~int64
}

func number[T integer](c *codec, value *T) {
	if !c.reads {
		c.data = binary.AppendVarint(c.data, int64(*value))
		return
	}
	read, length := binary.Varint(c.data)
	*value = T(read)
	if length <= 0 || int64(*value) != read {
		c.broken, c.data = true, nil
		return
	}
	c.data = c.data[length:]
}

func numbers[T integer](c *codec, values []T) {
	for i := range values {
		number(c, &values[i])
	}
}

func flag(c *codec, value *bool) {
	var one uint8
	if *value {
		one = 1
	}
	number(c, &one)
	c.broken = c.broken || one > 1
	*value = one == 1
}
