package world

import (
	"strconv"
	"strings"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// watch is a camera that a vehicle comes before.
func (w *World) watch(g int, c *car) {
	lane := &w.lanes[g]
	if !lane.plan.Camera || w.happens(&lane.dice, PlateMissed) {
		return
	}
	delayMS := lane.dice.between(150, 600)
	if w.happens(&lane.dice, PlateLate) {
		delayMS = lane.dice.between(3_000, 8_000)
	}
	w.queue.push(event{ms: w.nowMS + delayMS, what: cameraReads, at: int32(g), other: c.index})
}

// cameraReads sends a reading, or (of no car) the last one again.
func (w *World) cameraReads(g int, index int32) {
	lane := &w.lanes[g]
	if index < 0 {
		w.emit(lane.last)
		return
	}
	c := &w.cars[index]
	if i := lane.indexOf(index); i >= 0 && i+1 < len(lane.cars) && w.happens(&lane.dice, PlateBehind) {
		c = &w.cars[lane.cars[i+1]]
	}
	lane.lastID++
	read := drivers.PlateRead{
		EventID: "cam" + strconv.Itoa(g) + "-" + strconv.Itoa(lane.lastID), CameraMS: w.nowMS,
		Direction: lane.plan.Direction, Vehicle: c.size,
	}
	w.readPlate(&lane.dice, c.plan.Plate, &read)
	lane.last = Plate{Gate: g, Read: read}
	w.emit(lane.last)
	if w.happens(&lane.dice, PlateRepeated) {
		w.queue.push(event{ms: w.nowMS + lane.dice.between(300, 2_000), what: cameraReads, at: int32(g), other: -1})
	}
}

// readPlate fills in what a camera makes of a plate.
func (w *World) readPlate(d *dice, plate string, read *drivers.PlateRead) {
	switch {
	case plate == "" || w.happens(d, PlateUnread):
		read.Direction, read.Vehicle = fact.DirectionUnknown, fact.AnyType
	case w.happens(d, PlateMisread):
		read.Raw, read.Confidence = misread(d, plate), uint16(d.between(550, 900))
		if d.below(5) < 3 {
			read.Candidates = []drivers.PlateCandidate{{Raw: plate, Confidence: read.Confidence - 50}}
		}
	default:
		read.Raw, read.Confidence = plate, uint16(d.between(860, 990))
	}
}

// lookalikes are characters that cameras take for one another.
var lookalikes = []string{"0ODQ", "1IL7", "8B3", "5S", "2Z", "6G", "4A", "VY", "UV", "MN", "京津", "沪泸"}

// misread changes one or two characters of a plate, most often into one that looks alike.
func misread(d *dice, plate string) string {
	glyphs := []rune(plate)
	for range 1 + d.below(2) {
		i := d.below(int64(len(glyphs)))
		glyphs[i] = mistaken(d, glyphs[i])
	}
	return string(glyphs)
}

func mistaken(d *dice, glyph rune) rune {
	if d.below(4) > 0 {
		for _, alike := range lookalikes {
			if strings.ContainsRune(alike, glyph) {
				others := []rune(strings.ReplaceAll(alike, string(glyph), ""))
				return others[d.below(int64(len(others)))]
			}
		}
	}
	return rune("ABCDEFGHJKLMNPRSTUVWXYZ0123456789"[d.below(33)])
}
