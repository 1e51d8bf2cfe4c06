// Package maxbotix drives the distance sensors of MaxBotix with a serial output: HRXL, XL and LV MaxSonar.
//
// A reading is R, four digits of millimetres (some models: of centimetres) or three of centimetres (LV models: of
// inches), and a carriage return, about six times a second. Bytes FF come in between by themselves. The greatest value
// of a model means that nothing is there. A sensor with RS-232 levels needs a converter: its bytes are upside down on a
// TTL port, and make no sense here.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers and
// drivers/talker.
package maxbotix
