/** Starts the page: theme and language first, then the shell. */

import { Shell } from "./app/shell.js"
import { startLook } from "./core/look.js"

await startLook()
document.body.append(new Shell())
