package program

import _ "time/tzdata" // people's time zones, also where the system knows none: in a bare container, on Windows
