import { describe, expect, test } from 'vitest';
import { alignTabs } from '../../../src/cli/describers/tab-writer.ts';

describe('the tab writer', () => {
  test.each([
    { fact: 'aligns consecutive lines', text: 'a:\tx\nlonger:\ty\n', out: 'a:       x\nlonger:  y\n' },
    { fact: 'starts anew behind a line without tabs', text: 'a:\tx\nplain\nlonger:\ty\n', out: 'a:  x\nplain\nlonger:  y\n' },
    { fact: 'leaves the last cell as it is', text: 'a\tb\t\n', out: 'a  b  \n' },
    { fact: 'gives an empty cell the width of its column', text: 'a:\tx\n\ty\n', out: 'a:  x\n    y\n' },
    {
      fact: 'lets a column end where a line has fewer cells',
      text: 'a\tb\tc\nlong\td\na\tbb\tc\n',
      out: 'a     b  c\nlong  d\na     bb  c\n',
    },
    { fact: 'counts characters, not bytes', text: 'ä:\tx\nbb:\ty\n', out: 'ä:   x\nbb:  y\n' },
  ])('$fact', ({ text, out }) => {
    expect(alignTabs(text)).toBe(out);
  });
});
