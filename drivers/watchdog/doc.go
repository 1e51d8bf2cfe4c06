// Package watchdog feeds the timer that resets the machine when the gateway hangs.
//
// The timer is fed only while every loop that matters answers: Guard asks all of them, each a few times within the timer's
// time, and one that does not answer is enough to let the machine be reset. So a process that merely runs is not alive: a
// stuck owner of the lot, or a stuck goroutine of the outputs, which would leave a relay on, resets the machine as a crash
// does. What a reset can't mend (a device that is away, a full disk) is no reason for one and must not be asked here.
//
// When the gateway ends by itself, the timer is disarmed; when it is killed, it is not.
//
// Source: Linux, Documentation/watchdog/watchdog-api.rst.
//
// It imports nothing of this project.
package watchdog
