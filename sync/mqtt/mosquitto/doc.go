// Package mosquitto runs a real Mosquitto for tests, and skips them where there is none. It imports nothing of this project.
package mosquitto
