package lot

import (
	"gatehouse/gateway/plate"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
)

// sighting is a reading by a camera, and its plate in normal form.
type sighting struct {
	PlateSeen
	plate fact.Plate
}

// opinions are all that a camera makes of a plate, in normal form.
func (s *sighting) opinions() plate.Read {
	read := plate.Read{Plate: s.plate, Confidence: s.Confidence, Chars: s.Chars}
	for _, candidate := range s.Candidates[:min(len(s.Candidates), plate.CandidatesMax)] {
		read.Candidates = append(read.Candidates, plate.Candidate{
			Plate: platetext.Normal(candidate.Raw), Confidence: candidate.Confidence,
		})
	}
	return read
}
