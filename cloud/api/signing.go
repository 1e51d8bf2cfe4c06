package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Signing is how headquarters' signing keys are.
type Signing struct {
	Key    string     `json:"key" doc:"Fingerprint of the key that counts, as two people compare it" example:"9f86 d081 884c 7d65 9a2f"`
	Next   string     `json:"next,omitempty" doc:"Of the one that follows it, while the key is being changed"`
	Since  time.Time  `json:"since" doc:"When the newest of them was made"`
	Until  *time.Time `json:"until,omitempty" doc:"When the one that follows counts alone"`
	Behind []string   `json:"behind" doc:"Locations that have not said yet that they believe the newest: they follow when they are connected"`
	Lost   []string   `json:"lost" doc:"Locations that believe a key that was lost: their gateways must be enrolled again"`
}

type signingAnswer struct{ Body Signing }

func (s *Server) signing(context.Context, *struct{}) (*signingAnswer, error) {
	out := s.Signing()
	if out.Behind == nil {
		out.Behind = []string{}
	}
	if out.Lost == nil {
		out.Lost = []string{}
	}
	slices.Sort(out.Behind)
	slices.Sort(out.Lost)
	return &signingAnswer{out}, nil
}

func (s *Server) changeKey(ctx context.Context, in *struct {
	Body struct {
		Reasoned
		OverlapHours *int `json:"overlapHours,omitempty" minimum:"0" maximum:"8760" doc:"For how long the old key counts beside the new one; none: 168. 0, for a key that may be known to others, ends it at once"`
	}
}) (*signingAnswer, error) {
	overlap := overlapUsual
	if in.Body.OverlapHours != nil {
		overlap = time.Duration(*in.Body.OverlapHours) * time.Hour
	}
	made, failed := s.ChangeKey(ctx, overlap)
	if made != "" { // on record, whatever failed after it
		if err := s.audited(ctx, "", "change_signing_key", made, in.Body.Reason); err != nil {
			return nil, err
		}
		if s.Signing().Key == made {
			if err := s.audited(ctx, "", "end_signing_key_change", made, in.Body.Reason); err != nil {
				return nil, err
			}
		}
	}
	if failed != nil {
		return nil, s.problemOf(failed)
	}
	return s.signing(ctx, nil)
}

func (s *Server) endKeyChange(ctx context.Context, in *struct{ Body Reasoned }) (*signingAnswer, error) {
	if err := s.EndKeyChange(ctx); err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, "", "end_signing_key_change", s.Signing().Key, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.signing(ctx, nil)
}

// signingNeeds are those of gateways that don't believe the key with which headquarters signs.
func (s *Server) signingNeeds(names map[string]string) []Need {
	state, needs := s.Signing(), []Need{}
	for _, location := range state.Lost {
		needs = append(needs, Need{
			Code: "enrol_again", Severity: severityFault, Location: location, Name: cmp.Or(names[location], location), weight: 750,
			What: "The gateway believes a signing key that was lost: it takes nothing from headquarters",
			Do:   "Make a code and enrol it again (lotctl enrol --again). Gates go on meanwhile.",
		})
	}
	if n := len(state.Behind); n > 0 {
		needs = append(needs, Need{
			Code: "signing_key", Severity: severityInfo, weight: 30, Since: new(state.Since.UTC()),
			What: fmt.Sprintf("%d of the gateways have not taken the new signing key yet", n), Do: "Nothing: they follow when they are connected.",
		})
	}
	return needs
}
