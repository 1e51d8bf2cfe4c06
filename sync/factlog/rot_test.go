package factlog_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"

	"pgregory.net/rapid"
)

// sealHeader makes the CRC of a segment header right.
func sealHeader(header []byte) {
	binary.LittleEndian.PutUint32(header[64:], crc32.Checksum(header[:64], crc32.MakeTable(crc32.Castagnoli)))
}

// twoSegments is a closed log over two segments and a spare, in flushes of one to three frames. The last has two.
func twoSegments(t testing.TB) *scene {
	t.Helper()
	s := newScene(1)
	s.options.SegmentBytes = 8 << 10
	must(t, s.open())
	random := rand.New(rand.NewPCG(1, 1))
	for n := 0; s.found.Segments < 2; n++ {
		must(t, s.commit(payloads(random, 1+n%3)...))
		must(t, s.open())
	}
	must(t, s.commit([]byte("before last"), []byte("last but one"), []byte("the one that nobody heard of")))
	must(t, s.commit([]byte("first of the last flush"), []byte("last")))
	prepareAll(t, s.log)
	must(t, s.log.Close())
	return s
}

// firstOf returns the index with which a segment begins, or the next index if it is a spare.
func firstOf(s *scene, segment int) factlog.Index {
	if first := factlog.Index(binary.LittleEndian.Uint64(s.disk.Bytes(segmentPath(segment))[24:])); first != 0 {
		return first
	}
	return factlog.Index(len(s.want)) + 1
}

// frameAt tells which frame of the first two segments a byte belongs to (0: none, it is header, padding or free).
func frameAt(s *scene, segment int, at int64) factlog.Index {
	offset := int64(4096)
	for index := firstOf(s, segment); index < firstOf(s, segment+1); index++ {
		size := int64(64 + len(s.want[index-1]))
		if at >= offset && at < offset+size {
			return index
		}
		offset += (size + 7) &^ 7
	}
	return 0
}

// served reads the log and returns which indexes it gave; an error if any content is wrong.
func served(l *factlog.Log, want [][]byte) (indexes []factlog.Index, err error) {
	err = l.Read(1, func(i factlog.Index, payload []byte) error {
		if i > factlog.Index(len(want)) || !bytes.Equal(payload, want[i-1]) {
			return fmt.Errorf("wrong data served as index %d", i)
		}
		indexes = append(indexes, i)
		return nil
	})
	return indexes, err
}

// accounted checks that what wasn't served up to last is declared, exactly.
func accounted(indexes []factlog.Index, damage []factlog.Damage, last factlog.Index) error {
	var lost []factlog.Index
	for _, d := range damage {
		for i := d.First; i <= d.Last; i++ {
			lost = append(lost, i)
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(indexes, lost)))
	for i, index := range all {
		if index != factlog.Index(i+1) {
			return fmt.Errorf("index %d is missing or told twice; damage %v", i+1, damage)
		}
	}
	if len(all) != int(last) {
		return fmt.Errorf("%d indexes told, %d written", len(all), last)
	}
	return nil
}

// TestBitFlips: one flipped bit costs at most the frame it is in, and the log says which.
func TestBitFlips(t *testing.T) {
	s := twoSegments(t)
	last := s.acked
	random := rand.New(rand.NewPCG(2, 2))
	for at := int64(0); at < 2*s.options.SegmentBytes; at += 1 + random.Int64N(8) {
		segment, offset := 1+int(at/s.options.SegmentBytes), at%s.options.SegmentBytes
		if offset > fuzzHeaderBytes && offset < 4096 {
			at += 300 // of the empty part of the header block, a few bytes will do
		}
		hit := frameAt(s, segment, offset)
		image := s.disk.Clone()
		image.Flip(segmentPath(segment), offset*8+random.Int64N(8))

		if err := flipped(image.Clone(), s, hit, last); err != nil {
			t.Fatalf("bit of byte %d in segment %d, frame %d, end known: %v", offset, segment, hit, err)
		}
		if hit > last-2 { // the last flush: nobody knows that it was durable, so the log ends before the frame
			if err := torn(image, s, hit); err != nil {
				t.Fatalf("bit of byte %d in segment %d, frame %d: %v", offset, segment, hit, err)
			}
		} else if err := flipped(image, s, hit, 0); err != nil {
			t.Fatalf("bit of byte %d in segment %d, frame %d, end unknown: %v", offset, segment, hit, err)
		}
	}
}

// flipped opens a log that lost frame hit (0: none), and works on.
func flipped(disk *simdisk.Disk, s *scene, hit, known factlog.Index) error {
	l, found, err := factlog.Open(disk, folder, factlog.Options{SegmentBytes: s.options.SegmentBytes, KnownDurable: known})
	if err != nil {
		return err
	}
	var want []factlog.Damage
	if hit != 0 {
		want = []factlog.Damage{{First: hit, Last: hit}}
	}
	if !slices.Equal(found.Damage, want) {
		return fmt.Errorf("damage %v, want %v", found.Damage, want)
	}
	return worksOn(l, s)
}

// torn opens a log that must end before frame hit.
func torn(disk *simdisk.Disk, s *scene, hit factlog.Index) error {
	l, found, err := factlog.Open(disk, folder, s.options)
	if err != nil || found.Last != hit-1 || len(found.Damage) > 0 || found.TornBytes == 0 {
		return fmt.Errorf("found %+v, %w", found, err)
	}
	short := *s
	short.want = s.want[:hit-1]
	return worksOn(l, &short)
}

// worksOn checks that a damaged log accounts for everything and takes another record.
func worksOn(l *factlog.Log, s *scene) error {
	indexes, err := served(l, s.want)
	if err != nil {
		return err
	}
	last := factlog.Index(len(s.want))
	if err := accounted(indexes, l.Damage(), last); err != nil {
		return err
	}
	index, err := l.Append([]byte("next"))
	if errors.Is(err, factlog.ErrFull) {
		if err = prepare(l); err == nil {
			index, err = l.Append([]byte("next"))
		}
	}
	if err != nil || index != last+1 {
		return fmt.Errorf("next index %d after %d: %w", index, last, err)
	}
	if err := l.Flush(); err != nil {
		return err
	}
	again, err := served(l, append(slices.Clone(s.want), []byte("next")))
	if err != nil || len(again) != len(indexes)+1 {
		return fmt.Errorf("%d frames after one more, %d before: %w", len(again), len(indexes), err)
	}
	return nil
}

// Rot in a segment that Open had no reason to look at is found when it is read, or verified.
func TestRotFoundLater(t *testing.T) {
	s := twoSegments(t)
	flipIn(s, 3, 64)
	want := []factlog.Damage{{First: 3, Last: 3}}
	s.options.From = s.acked

	l, found, err := factlog.Open(s.disk, folder, s.options)
	must(t, err)
	if len(found.Damage) > 0 || len(l.Damage()) > 0 {
		t.Fatalf("Open found %v: it read more than it had to", found.Damage)
	}
	report, err := l.Verify()
	if !errors.Is(err, factlog.ErrDamaged) || report.FirstBad != 3 || !slices.Equal(report.Damage, want) ||
		report.First != 1 || report.Last != s.acked || report.Frames != int(s.acked)-1 {
		t.Fatalf("verify: %+v, %v", report, err)
	}

	l, _, err = factlog.Open(s.disk, folder, s.options)
	must(t, err)
	if got := indexesFrom(t, l, 4); got[0] != 4 || len(l.Damage()) > 0 {
		t.Fatalf("reading behind the damage gave %v and %v", got, l.Damage())
	}
	if got := indexesFrom(t, l, 3); got[0] != 4 || !slices.Equal(l.Damage(), want) {
		t.Fatalf("reading from the damage gave %v and %v", got, l.Damage())
	}
}

// A bad header loses nothing, and Verify says so.
func TestBadHeader(t *testing.T) {
	for segment := 1; segment <= 2; segment++ {
		s := twoSegments(t)
		s.disk.Flip(segmentPath(segment), 30*8)
		must(t, s.open())
		report, err := s.log.Verify()
		if err != nil || !slices.Equal(report.BadHeaders, []uint64{uint64(segment)}) || len(report.Damage) > 0 {
			t.Fatalf("verify: %+v, %v", report, err)
		}
		must(t, s.commit([]byte("next")))
		must(t, s.open())
	}
}

// flipIn flips a bit of a frame in segment 1, at so many bytes from its start.
func flipIn(s *scene, index factlog.Index, at int64) {
	start := int64(4096)
	for frameAt(s, 1, start) != index {
		start += 8
	}
	s.disk.Flip(segmentPath(1), (start+at)*8)
}

// wantDamage opens a log, which must find exactly this, and works on.
func wantDamage(t *testing.T, s *scene, want ...factlog.Damage) {
	t.Helper()
	l, found, err := factlog.Open(s.disk, folder, s.options)
	must(t, err)
	if !slices.Equal(found.Damage, want) {
		t.Fatalf("damage %v, want %v", found.Damage, want)
	}
	must(t, worksOn(l, s))
}

// Behind a lost frame there is no chain to check the next one against, and still no wrong data.
func TestRotBehindRot(t *testing.T) {
	s := twoSegments(t)
	flipIn(s, 3, 0)
	flipIn(s, 4, 70)
	wantDamage(t, s, factlog.Damage{First: 3, Last: 4})
}

// Rot that no CRC sees (a multiple of its polynomial) breaks the chain.
func TestChainSeesWhatCRCDoesNot(t *testing.T) {
	s := twoSegments(t)
	content := s.disk.Bytes(segmentPath(1))
	start := 4096
	for frameAt(s, 1, int64(start)) != 3 {
		start += 8
	}
	payload := content[start+64:][:len(s.want[2])]
	table := crc32.MakeTable(crc32.Castagnoli)
	before := crc32.Checksum(payload, table)
	for i, b := range binary.LittleEndian.AppendUint64(nil, 0x82F63B78<<1|1)[:5] {
		payload[i] ^= b
	}
	if crc32.Checksum(payload, table) != before || bytes.Equal(payload, s.want[2]) {
		t.Fatal("the test's polynomial is wrong")
	}
	s.disk.Put(segmentPath(1), content)
	wantDamage(t, s, factlog.Damage{First: 3, Last: 3})
}

// A payload may hold frames, such as a copy of a log. When the frame around them is lost they aren't frames.
func TestLogInPayload(t *testing.T) {
	other := twoSegments(t)
	s := mustOpen(t, 1)
	for n := firstOf(other, 1); n < 3; n++ {
		must(t, s.commit([]byte("fact")))
	}
	must(t, s.commit(other.disk.Bytes(segmentPath(1))[4096:]))
	must(t, s.commit([]byte("last")))
	prepareAll(t, s.log)
	flipIn(s, 3, 0)
	wantDamage(t, s, factlog.Damage{First: 3, Last: 3})
}

// A header is written when everything before it is durable, so it proves the end of the segment before it.
func TestHeaderProvesWhatIsBefore(t *testing.T) {
	s := twoSegments(t)
	first := firstOf(s, 2)
	content := s.disk.Bytes(segmentPath(2))
	clear(content[4096:]) // a cut in the first flush of the segment
	s.disk.Put(segmentPath(2), content)
	s.want = s.want[:first-1]
	flipIn(s, first-1, 0)
	wantDamage(t, s, factlog.Damage{First: first - 1, Last: first - 1})
}

// A segment under another's name is none: it hides nothing of the others.
func TestSegmentUnderWrongName(t *testing.T) {
	s := twoSegments(t)
	first := firstOf(s, 2)
	s.options.KnownDurable = s.acked
	s.disk.Put(segmentPath(2), s.disk.Bytes(segmentPath(1)))
	wantDamage(t, s, factlog.Damage{First: first, Last: s.acked})
}

// TestAnyDamage: whatever happens to the files, nothing wrong is served and every loss is declared.
func TestAnyDamage(t *testing.T) {
	s := twoSegments(t)
	rapid.Check(t, func(rt *rapid.T) {
		image := s.disk.Clone()
		for range rapid.IntRange(1, 4).Draw(rt, "blows") {
			strike(rt, image)
		}
		o := factlog.Options{SegmentBytes: s.options.SegmentBytes, KnownDurable: s.acked}
		o.From = factlog.Index(rapid.SampledFrom([]int{0, 0, 3, len(s.want)}).Draw(rt, "from"))
		l, _, err := factlog.Open(image, folder, o)
		must(rt, err)
		must(rt, worksOn(l, s))
		must(rt, l.Close())

		o.From, o.KnownDurable = 0, 0
		l, _, err = factlog.Open(image, folder, o)
		must(rt, err)
		again := *s
		again.want = append(slices.Clone(s.want), []byte("next"))
		must(rt, worksOn(l, &again))
	})
}

// strike damages a file in one of the ways that disks, cards and people have.
func strike(t *rapid.T, disk *simdisk.Disk) {
	segment := rapid.IntRange(1, 2).Draw(t, "segment")
	name := segmentPath(segment)
	content := disk.Bytes(name)
	if len(content) == 0 {
		return
	}
	at := rapid.IntRange(0, len(content)-1).Draw(t, "at")
	end := min(len(content), at+rapid.SampledFrom([]int{1, 8, 100, 512, 4096}).Draw(t, "bytes"))
	switch rapid.SampledFrom([]string{"flip", "zero", "noise", "elsewhere", "other", "short", "gone"}).Draw(t, "blow") {
	case "flip":
		content[at] ^= byte(1 << rapid.IntRange(0, 7).Draw(t, "bit"))
	case "zero":
		clear(content[at:end])
	case "noise":
		copy(content[at:end], rapid.SliceOfN(rapid.Byte(), end-at, end-at).Draw(t, "noise"))
	case "elsewhere": // a misdirected write, or the read of a wrong sector
		from := rapid.IntRange(0, len(content)-(end-at)).Draw(t, "copied from")
		copy(content[at:end], bytes.Clone(content[from:]))
	case "other": // a segment under another's name
		content = disk.Bytes(segmentPath(3 - segment))
	case "short":
		content = content[:at]
	case "gone":
		must(t, disk.Remove(name))
		must(t, disk.SyncDir(folder))
		return
	}
	disk.Put(name, content)
}
