package api

import (
	"encoding/json"
	"net/http"

	"gatehouse/gateway/lot"
	"gatehouse/sync/rest"
)

// alive says that the process serves.
func (s *server) alive(w http.ResponseWriter, _ *http.Request) {
	rest.AnswerText(w, http.StatusOK, "alive")
}

// ready says whether gates can decide.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	for _, check := range s.Backend.Health().Checks {
		if !check.Ready {
			rest.AnswerText(w, http.StatusServiceUnavailable, "not ready: "+check.ID)
			return
		}
	}
	if err := s.Backend.View(r.Context(), func(*lot.Lot) {}); err != nil {
		rest.AnswerText(w, http.StatusServiceUnavailable, "not ready: the lot does not answer")
		return
	}
	rest.AnswerText(w, http.StatusOK, "ready")
}

// healthy tells how the gateway is: with ?verbose all checks, else those that are not well.
func (s *server) healthy(w http.ResponseWriter, r *http.Request) {
	checks := s.Backend.Health().Checks
	answer := struct {
		Status string  `json:"status"`
		Checks []Check `json:"checks"`
	}{severityOf(nil, checks), unwell(checks)}
	if r.URL.Query().Has("verbose") {
		answer.Checks = checks
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client is gone, and nobody is left to tell
}
