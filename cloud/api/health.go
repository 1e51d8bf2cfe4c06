package api

import (
	"encoding/json"
	"net/http"

	"gatehouse/sync/rest"
)

// Check is one part of the aggregator's health.
type Check struct {
	ID     string `json:"id"`
	Well   bool   `json:"well"`
	Detail string `json:"detail"`
	Ready  bool   `json:"-"` // needed to do any work
}

// alive says that the process serves.
func (s *Server) alive(w http.ResponseWriter, _ *http.Request) {
	rest.AnswerText(w, http.StatusOK, "alive")
}

// ready says whether facts can be taken.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	for _, check := range s.Checks() {
		if check.Ready && !check.Well {
			rest.AnswerText(w, http.StatusServiceUnavailable, "not ready: "+check.ID)
			return
		}
	}
	rest.AnswerText(w, http.StatusOK, "ready")
}

// healthy tells how the aggregator is: with ?verbose all checks, else those that are not well.
func (s *Server) healthy(w http.ResponseWriter, r *http.Request) {
	answer := struct {
		Status string  `json:"status"`
		Checks []Check `json:"checks"`
	}{"ok", []Check{}}
	for _, check := range s.Checks() {
		if !check.Well {
			answer.Status = "warning"
		}
		if !check.Well || r.URL.Query().Has("verbose") {
			answer.Checks = append(answer.Checks, check)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client is gone, and nobody is left to tell
}
