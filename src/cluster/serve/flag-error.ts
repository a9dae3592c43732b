/** A flag of `kubemu serve` that cannot be honoured, refused by name. */
export class ServerFlagError extends Error {}
