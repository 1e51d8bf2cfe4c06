// Package axis reads the applications that read plates on cameras of Axis: License Plate Verifier, and CAMMRA and the
// older LPR application, whose events have the same names. They post JSON, alone or in a multipart with pictures; the
// camera's own event stream tells the same as XML (ONVIF metadata) or JSON.
//
//	plateUTF8, plateText, text       the plate, with letters that are not ASCII
//	plateConfidence                  0 to 1, as a text; 0 to 100 by older versions
//	carState, carID                  new, update and lost of one car, which its id holds together. lost comes 10 s after the
//	                                 car was last seen: it opens nothing
//	capture_timestamp                milliseconds since 1970, the truth; datetime is the same in local time without a zone
//	carMoveDirection                 in, out or unknown, by the direction that is drawn in the application
//	camera_info.SerialNumber         the camera
//
// The heartbeat service posts the camera's condition and is a heartbeat. Other messages of the event stream say nothing. The
// application's answer to a search of its log (search.cgi) is read as well, and what it posts to Genetec (Plate,
// ReferenceReadId), which may come only when the car has gone.
//
// VaxALPR On Camera, which other installers put on these cameras, has no format of its own: what it posts is a template that
// the installer writes. It is read if the template uses the names above.
//
// Event is the other side. The package imports drivers/platecamera and drivers.
package axis
