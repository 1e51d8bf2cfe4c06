package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
)

// headquarters measures the aggregator: facts a second from gateways to the acknowledgement, views over a million spots,
// bytes a visit. It runs tools/cloudbench, because a broker and a database in this process would count into the memory of
// the gateways that it measures.
func (b *bench) headquarters() ([]row, error) {
	args := []string{"run", "gatehouse/tools/cloudbench", "--dir", b.folder, "--rounds", fmt.Sprint(min(b.rounds, 3))}
	if b.quick {
		args = append(args, "--quick")
	}
	command := exec.Command("go", args...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("cloudbench: %w", err)
	}
	var rows []row
	return rows, json.Unmarshal(out, &rows)
}
