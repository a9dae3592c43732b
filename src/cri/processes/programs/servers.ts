// Servers other than nginx.
export * from './components.ts';
export * from './data-stores.ts';
export * from './entrypoints.ts';
export * from './web-servers.ts';
