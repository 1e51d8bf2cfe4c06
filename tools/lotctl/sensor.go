package main

type sensorCommands struct {
	Replay sensorReplay `cmd:"" help:"Play a recorded trace of one spot sensor through the detector."`
}
