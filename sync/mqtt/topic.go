package mqtt

import (
	"fmt"
	"strings"
)

// The kinds of messages between a location and headquarters. A topic is lot/<chain>/<location>/<kind>.
const (
	KindState = "state" // up: online or offline, retained; offline is the will
	KindBirth = "birth" // up: who is there, with which software and which site file; retained
	KindLive  = "live"  // up: occupancy now, beside the log; never retained
	KindFacts = "up"    // up: batches of facts and what else sync/outbox says to headquarters
	KindReply = "down"  // down: acknowledgements, documents and commands
)

// Topic names the topic of a location. A name is what a broker can't misread: see CheckName.
func Topic(chain, location, kind string) string {
	return "lot/" + chain + "/" + location + "/" + kind
}

// GatewayID is the client identifier of a location's gateway. There is one of each: a second throws the first one out.
func GatewayID(location string) string { return "gateway-" + location }

// AllOf is the filter for one kind of message from all locations.
func AllOf(chain, kind string) string { return Topic(chain, "+", kind) }

// SplitTopic takes apart what Topic made.
func SplitTopic(topic string) (chain, location, kind string, ok bool) {
	parts := strings.Split(topic, "/")
	if len(parts) != 4 || parts[0] != "lot" {
		return "", "", "", false
	}
	return parts[1], parts[2], parts[3], true
}

// maxNameBytes bounds the name of a chain or of a location in a topic.
const maxNameBytes = 64

// CheckName says why a chain or a location can't stand in a topic: brokers give a meaning to / + # $ and, where they
// map topics to subjects, to dots, stars, angles and blanks.
func CheckName(name string) error {
	if name == "" || len(name) > maxNameBytes {
		return fmt.Errorf("mqtt: name %q: 1 to %d characters", name, maxNameBytes)
	}
	for i := range len(name) {
		c := name[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return fmt.Errorf("mqtt: name %q: only letters, digits, - and _", name)
		}
	}
	return nil
}

// Matches reports whether a topic is one of a filter's (MQTT 3.1.1, section 4.7).
func Matches(filter, topic string) bool {
	if strings.HasPrefix(topic, "$") && !strings.HasPrefix(filter, "$") {
		return false
	}
	for {
		level, rest, more := strings.Cut(filter, "/")
		if level == "#" {
			return true
		}
		name, restTopic, moreTopic := strings.Cut(topic, "/")
		if level != "+" && level != name {
			return false
		}
		if !more || !moreTopic {
			return more == moreTopic || more && rest == "#"
		}
		filter, topic = rest, restTopic
	}
}
