// Package browsertest steers a real browser, for the tests of pages: it opens them, reads them, types and holds buttons as a
// person would. A test is skipped where there is no Chromium. It imports the standard library only, and no program imports it.
package browsertest
