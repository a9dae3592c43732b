// The release that this server emulates, as `/version` tells it.

export const SERVER_VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.0',
  gitCommit: '0e2c8b4a7d91f35c6ab80d47e1f9c2b35a64d8f7',
  gitTreeState: 'clean',
  buildDate: '2026-04-22T11:08:36Z',
  goVersion: 'go1.26.2',
  compiler: 'gc',
  platform: 'linux/amd64',
} as const;
