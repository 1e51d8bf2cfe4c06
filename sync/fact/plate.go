package fact

// Plate is a licence plate in normal form (sync/platetext makes it): upper case, no blanks, dashes or dots,
// letters of every script kept. The empty Plate means that none was readable.
type Plate string
