// What flags that many commands share are for, in our own words.
export const sharedFlagHelp: Readonly<Record<string, string>> = {
  output: 'How to print the result.',
};
