// Field splitting: what expansions give becomes the words of a command.
import { escapePattern } from './pattern.ts';
import type { ShellState } from './shell-state.ts';

export interface Field {
  text: string;
  /** The same as a pattern: what was quoted is escaped. */
  pattern: string;
  keep: boolean;
  glob: boolean;
}

/** Collects fields; what comes from unquoted expansions is split. */
export class FieldBuilder {
  private readonly fields: Field[] = [];
  private open: Field | undefined;
  private readonly ifs: string;

  constructor(
    sh: ShellState,
    private readonly split: boolean,
  ) {
    const ifs = sh.vars.IFS;
    this.ifs = typeof ifs === 'string' ? ifs : ' \t\n';
  }

  private get field(): Field {
    this.open ??= { text: '', pattern: '', keep: false, glob: false };
    return this.open;
  }

  private close(): void {
    if (this.open) this.fields.push(this.open);
    this.open = undefined;
  }

  literal(text: string, quoted: boolean): void {
    if (text === '' && !quoted) return;
    const field = this.field;
    field.text += text;
    field.pattern += escapePattern(text);
    field.keep = true;
  }

  quotedEmpty(keep: boolean): void {
    if (keep) this.field.keep = true;
  }

  glob(pattern: string): void {
    const field = this.field;
    field.text += pattern;
    field.pattern += pattern;
    field.keep = true;
    field.glob = true;
  }

  expanded(text: string, quoted: boolean): void {
    if (quoted) {
      if (text !== '') this.literal(text, true);
      return;
    }
    if (!this.split) {
      if (text === '') return;
      const field = this.field;
      field.text += text;
      field.pattern += text;
      field.keep = true;
      return;
    }
    if (this.ifs === '') {
      if (text !== '') this.raw(text);
      return;
    }
    let piece = '';
    let wasSeparator = false;
    for (let i = 0; i < text.length; i++) {
      const c = text[i] ?? '';
      if (!this.ifs.includes(c)) {
        piece += c;
        wasSeparator = false;
        continue;
      }
      const blank = c === ' ' || c === '\t' || c === '\n';
      if (piece !== '') this.raw(piece);
      if (!blank && piece === '' && !this.open && (wasSeparator || i === 0)) this.field.keep = true;
      piece = '';
      this.close();
      wasSeparator = !blank || wasSeparator;
    }
    if (piece !== '') this.raw(piece);
  }

  private raw(text: string): void {
    const field = this.field;
    field.text += text;
    field.pattern += text;
    field.keep = true;
    field.glob ||= /[*?[]/.test(text);
  }

  /** `$@`, `$*` and arrays. */
  several(values: string[], quoted: boolean, each: boolean): void {
    if (quoted && !each) {
      this.literal(values.join(this.ifs.slice(0, 1)), true);
      return;
    }
    values.forEach((value, i) => {
      if (i > 0) {
        if (this.split) this.close();
        else this.literal(' ', true);
      }
      if (quoted) this.literal(value, true);
      else this.expanded(value, false);
    });
  }

  done(): Field[] {
    this.close();
    return this.fields.filter((field) => field.keep);
  }

  joined(): { text: string; pattern: string } {
    const fields = this.done();
    return { text: fields.map((f) => f.text).join(' '), pattern: fields.map((f) => f.pattern).join(' ') };
  }
}
