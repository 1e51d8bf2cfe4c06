// Package cut is a wire between a gateway and headquarters that can be cut and healed, for demonstrations and tests. It
// carries bytes and knows nothing of them, and it imports nothing of this project.
package cut
