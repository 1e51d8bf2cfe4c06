package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// measureSessions measures what a session at the broker costs and gives, on the embedded broker and on Mosquitto: 500
// gateways that come back at once, one that was away while headquarters spoke to it (or its card was replaced, which is the same to a
// broker), a broker that starts again with and without its disk, and a card that never comes back.
func measureSessions(o options) (rows []row, err error) {
	for _, program := range []string{"", findMosquitto()} {
		if program == "" && len(rows) > 0 {
			return append(rows, row{What: "sessions at Mosquitto", Note: "not measured: apt-get install mosquitto"}), nil
		}
		var found [][]row
		for i, w := range ways() {
			one, err := o.sessionsAt(program, filepath.Join(o.folder, fmt.Sprintf("sessions-%d-%d", len(rows), i)), w)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			found = append(found, one)
		}
		for at, ours := range found[0] {
			for i, w := range ways()[1:] {
				r, peer := ours, found[i+1][at]
				r.Peer, r.PeerValue = w.name, peer.Value
				if peer.Value != 0 {
					r.Ratio = r.Value / peer.Value
				}
				if peer.Note != "" {
					r.Note = fmt.Sprintf("%s (the peer: %s)", ours.Note, peer.Note)
				}
				rows = append(rows, r)
			}
		}
	}
	return rows, nil
}

// sessionsAt is all of it on one broker in one way.
func (o options) sessionsAt(program, dir string, w way) (rows []row, err error) {
	s, err := newSeat(program, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	for _, measure := range []func(way) ([]row, error){
		func(w way) ([]row, error) { return s.storm(o.scale(lots, 20), w) },
		func(w way) ([]row, error) { return s.away(o.scale(5_000, 100), w) },
		func(w way) ([]row, error) { return s.again(o.scale(1_000, 50), w) },
		func(w way) ([]row, error) { return s.closed(o.scale(20_000, 200), w) },
	} {
		found, err := measure(w)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	for i := range rows {
		rows[i].What = s.name + ": " + rows[i].What
	}
	return rows, nil
}

// spent runs something and says what of the broker's processor time it took.
func (s *seat) spent(run func() error) (time.Duration, error) {
	before, err := s.used()
	if err != nil {
		return 0, err
	}
	if err := run(); err != nil {
		return 0, err
	}
	after, err := s.used()
	return after - before, err
}

// storm has all gateways lose their connection at once and come back, and hear some words each.
func (s *seat) storm(count int, w way) ([]row, error) {
	var all []string
	for i := range count {
		all = append(all, string(lotID(i)))
	}
	sessions, first, err := s.gather(all, w)
	if err != nil {
		return nil, err
	}
	cutAll(sessions)
	time.Sleep(time.Second) // until the broker has noticed all
	var again time.Duration
	cpu, err := s.spent(func() error {
		sessions, again, err = s.gather(all, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer cutAll(sessions)
	memory, err := s.residentMB()
	if err != nil {
		return nil, err
	}
	disk, err := s.diskKB()
	if err != nil {
		return nil, err
	}
	rows, err := s.talk(all, sessions, w)
	name := fmt.Sprintf("%d gateways ", count)
	return append([]row{
		{What: name + "at once for the first time, connected and subscribed", Value: ms(first), Unit: "ms"},
		{What: name + "back at once", Value: ms(again), Unit: "ms"},
		{What: name + "back at once, the broker's processor time", Value: ms(cpu), Unit: "ms"},
		{What: name + "connected, the broker's memory", Value: memory, Unit: "MB"},
		{What: name + "connected, on the broker's disk", Value: disk, Unit: "KB"},
	}, rows...), err
}

// talk has headquarters say words to all.
func (s *seat) talk(all []string, sessions []*session, w way) ([]row, error) {
	const words = 10
	began := time.Now()
	talking, err := s.spent(func() error {
		v, err := s.speak()
		if err != nil {
			return err
		}
		defer v.close()
		heard := make(chan error, 1)
		go func() { heard <- hear(sessions, words) }()
		for n := range uint32(words) {
			if err := v.say(all, n+1, w.qos); err != nil {
				return err
			}
		}
		return <-heard
	})
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%d gateways hear %d words each", len(all), words)
	return []row{
		{What: name, Value: ms(time.Since(began)), Unit: "ms"},
		{What: name + ", the broker's processor time", Value: ms(talking), Unit: "ms"},
	}, nil
}

// leave has a gateway connect, and lose its connection.
func (s *seat) leave(lot string, w way) error {
	one, err := s.open(lot, w)
	if err != nil {
		return err
	}
	cutAll([]*session{one})
	time.Sleep(time.Second) // until the broker has noticed
	return nil
}

// quiet is for how long nothing must come, until nothing more is expected to.
const quiet = 2 * time.Second

// away has headquarters speak to a gateway that is away, and answer it once it is back: how many stale words come, and how long
// until the answer.
func (s *seat) away(words int, w way) ([]row, error) {
	lot := []string{"away"}
	if err := s.leave(lot[0], w); err != nil {
		return nil, err
	}
	v, err := s.speak()
	if err != nil {
		return nil, err
	}
	defer v.close()
	for n := range uint32(words) {
		for qos := range byte(2) {
			if err := v.say(lot, n*2+uint32(qos)+1, qos); err != nil {
				return nil, err
			}
		}
	}
	began := time.Now()
	one, err := s.open(lot[0], w)
	if err != nil {
		return nil, err
	}
	defer cutAll([]*session{one})
	const answer = 1 << 30
	if err := v.say(lot, answer, w.qos); err != nil {
		return nil, err
	}
	err = one.listen(answer, timeout)
	took := time.Since(began)
	stale, crossed := one.order(answer)
	name := fmt.Sprintf("away while %d words of each QoS were said: ", words)
	return []row{
		{What: name + "stale words before the first answer", Value: float64(stale[0] + stale[1]), Unit: "words", Note: fmt.Sprintf("%d of QoS 0, %d of QoS 1, %d out of their order", stale[0], stale[1], crossed)},
		{What: name + "back until the first answer", Value: ms(took), Unit: "ms"},
	}, err
}

// order counts the words before the answer, by their QoS, and those that came out of their order.
func (s *session) order(answer uint32) (stale [2]int, crossed int) {
	last := uint32(0)
	for _, n := range s.heard {
		if n == answer {
			break
		}
		stale[1-n%2]++
		if n < last {
			crossed++
		}
		last = n
	}
	return stale, crossed
}

// again has the broker be killed while words wait, and then lose its disk.
func (s *seat) again(words int, w way) (rows []row, err error) {
	for _, lost := range []bool{false, true} {
		lot := fmt.Sprint("again-", lost)
		if err := s.leave(lot, w); err != nil {
			return nil, err
		}
		v, err := s.speak()
		if err != nil {
			return nil, err
		}
		err = v.say(repeated(lot, words), 2, 1)
		v.close()
		if err != nil {
			return nil, err
		}
		if err := s.kill(); err != nil {
			return nil, err
		}
		what := fmt.Sprintf("killed while %d words of QoS 1 waited", words)
		if lost {
			what += ", and its disk lost"
			if err := errors.Join(os.RemoveAll(s.kept()), os.MkdirAll(s.kept(), 0o700)); err != nil {
				return nil, err
			}
		}
		began := time.Now()
		if err := s.start(); err != nil {
			return nil, err
		}
		one, err := s.open(lot, w)
		if err != nil {
			return nil, err
		}
		took := time.Since(began)
		_ = one.listen(0, quiet) // it ends when nothing comes any more
		cutAll([]*session{one})
		rows = append(rows, row{What: what + ": arrived", Value: float64(len(one.heard)), Unit: "words", Note: fmt.Sprintf("session present: %v, connected %.0f ms after the broker's start", one.present, ms(took))})
	}
	return rows, nil
}

// closed is a gateway that never comes back, to which headquarters speaks on.
func (s *seat) closed(words int, w way) ([]row, error) {
	const lot = "closed"
	if err := s.leave(lot, w); err != nil {
		return nil, err
	}
	before, err := s.diskKB()
	if err != nil {
		return nil, err
	}
	memory, err := s.residentMB()
	if err != nil {
		return nil, err
	}
	v, err := s.speak()
	if err != nil {
		return nil, err
	}
	defer v.close()
	if err := v.say(repeated(lot, words), 2, w.qos); err != nil {
		return nil, err
	}
	after, err := s.diskKB()
	if err != nil {
		return nil, err
	}
	held, err := s.residentMB()
	name := fmt.Sprintf("a card that never comes back, %d words to it: ", words)
	return []row{
		{What: name + "more on the broker's disk", Value: after - before, Unit: "KB"},
		{What: name + "more in its memory", Value: held - memory, Unit: "MB"},
	}, err
}

func repeated(lot string, times int) (all []string) {
	for range times {
		all = append(all, lot)
	}
	return all
}
