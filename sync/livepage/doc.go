// Package livepage is what the page of a lot and the page of headquarters share: the style and the script that keep a page
// live, the frames that they are sent, the assets with their version, numbers as people read them, and the bars of a day.
//
// A page is HTML from templates that works without the script. Its script listens to a stream of frames: the parts that
// changed, each for the place with its name as id, and the codes of its cells. A button of class hold acts once it has been
// held for a second. What a person has typed outlives a page that loads itself anew, and a new fault is said in the place alarm.
//
// It imports the standard library only. What both pages say of a lot is here; what one alone says is not. browsertest steers a browser for tests.
package livepage
