// Package openalpr reads what agents of OpenALPR and Rekor post, and what the library and its service answer.
//
//	alpr_results   one picture, with a result for each plate in it: what a gate wants, at once
//	alpr_group     one car's passage, when it has gone: best_plate_number and the uuids of the pictures it sums up
//	vehicle        a vehicle without a plate
//	heartbeat      the agent is alive
//	alpr_alert     a plate of a list, which came in a group of its own: nothing new
//
// Confidences are 0 to 100. Times are milliseconds since 1970. travel_direction is in degrees. A group of pictures that
// were reported is not reported again.
//
// Event is the other side. The package imports drivers/platecamera and drivers.
package openalpr
