package rehearsal

// Lead is lead.
const Lead = lead
