/**
 * Adds the requirements of decorators to an app's OpenAPI document.
 *
 * @packageDocumentation
 * @module typed-session/openapi
 * @group API
 */

export { withSessionSecurity, type OpenApiDocument, type SessionSecurityOptions } from './openapi/openapi-document.js';
