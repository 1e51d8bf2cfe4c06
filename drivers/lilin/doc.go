// Package lilin reads the plate cameras of LILIN, which do not post: they are asked for their log twice a second
// (/get_search_info?list=log), or for their running events.
//
//	LPR, COUNTRY, THRESHOLD   plate, country, confidence from 0 to 1
//	TS                        microseconds since 1970, the truth; MOD_TS says GMT and is local time on some cameras
//	CAR_ID                    the event
//
// A line without a time is an entry of the camera's own list and no sighting. What was in the log before the driver began
// is not reported.
//
// Camera is the other side. The package imports drivers/platecamera and drivers.
package lilin
