package main

// Help says what a trace is, how it is rated, and what --json prints.
func (sensorReplay) Help() string {
	return `A trace is CSV with a header, its columns in any order and parted by commas, semicolons, tabs or bars:

    time                 as 2024-03-01T10:00:00.5Z, or Unix time in s, ms, us or ns
    mag_x, mag_y, mag_z  the field in counts of any gain; or with its unit, as mag_x_ut
    distance_mm          or distance_cm, distance_m, distance_in
    temp_c               the sensor's temperature (or temp_f): weather moves a field
    f_cnt                LoRaWAN counter: rows of one packet share one look of the radar
    occupied             the truth: 1, 0, true, false, occupied, free; or label, state
    radar0 ...           or the truth is that of a radar, echo strength per bin
    spot, sensor, kind   of files with several spots, as a gateway records them

What is printed, and what the object of --json has in one line:

    samples        readings that were played
    scaleNT        nanotesla per unit of mag_*; not there for a distance
    changes        timeUTC when the state became: available, occupied or unknown;
                   confidence, 0 to 1; reason, what the sensor saw or what is wrong

and, where the trace holds the truth (a radar: 25 or more in any bin is occupied, 15 or less in all is free, else nothing is said), after the days of calibration:

    labelled       samples with a truth; truePositiveRate, of those with a car at
                   which the spot was occupied; trueNegativeRate, of those without at
                   which it was available; balancedAccuracy, the mean of both (a rate
                   without samples is 0 and left out of it); calibrationDays
    arrivals       found: made within 30 minutes of the truth's, one for one; missed;
                   false: made and not the truth's; unjudged: the truth is silent
    departures     the same
    delayMinutes   of those found, how much later than the truth: median,
                   of95Percent, longest; below 0 is earlier
    withoutFrost   labelled, arrivals, departures without samples at 1 degree Celsius
                   or colder, where ice echoes like a car and snow hides one from a
                   radar; not there without a radar or frost
    misses         timeUTC, kind (arrival or departure), what (missed or false), why

and, where there were any:

    skipped        rows that make no sense: line, error; the first thousand of
    skippedRows    all of them
    duplicateRows  rows that came twice and were played once
    outOfOrderRows rows that were older than the one before; they are sorted

A recording of a gateway (it has a row of kind begin) is played as the gateway did, with its configuration and from what the spot was then, and makes the very same changes.`
}
