/** Says what went wrong, at the edge of the page. */

import { errorText } from "../core/api.js"
import { toast } from "./toast.js"

/**
 * A session that ended is not said here: the door stands before the page already.
 * @param {unknown} error
 */
export function complain(error) {
  const { status } = /** @type {{ status?: number }} */ (error)
  if (status !== 401) toast(errorText(error), { kind: "danger" })
}
