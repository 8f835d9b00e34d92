/** The API's pages: Swagger with the session's token on every request it sends. */

import { session } from "./core/session.js"

const { SwaggerUIBundle } = /** @type {{ SwaggerUIBundle: (options: object) => void }} */ (
  /** @type {unknown} */ (window)
)

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
  /** @param {{ headers: Record<string, string> }} request */
  requestInterceptor: (request) => {
    if (session.token) request.headers["X-Madang-Token"] = session.token
    return request
  },
})
