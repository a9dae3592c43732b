// Plays apiserver/pkg/admission/reinvocation.go and the contexts of webhooks and policies: when one of them has changed an object, all
// mutating plugins run once more, and of webhooks and policies those that asked for it and that have been asked before the change.
import type { KubeObject } from '../../machinery/object.ts';

/** What one plugin remembers of a request. */
export class PluginReinvocation {
  /** Asked, and to be asked again when something changes. */
  private previous = new Set<string>();
  private required = new Set<string>();
  private lastOutput: string | undefined;

  constructor(private readonly request: Reinvocation) {}

  /** The plugin's turn begins: in the second round the other plugins may have changed what its own were shown. */
  begin(object: KubeObject | undefined): void {
    if (this.request.isReinvoke && this.lastOutput !== undefined && JSON.stringify(object) !== this.lastOutput) this.requirePrevious();
  }

  end(object: KubeObject | undefined): void {
    this.lastOutput = JSON.stringify(object);
  }

  /** In the first round everyone is asked. */
  asks(id: string): boolean {
    return !this.request.isReinvoke || this.required.has(id);
  }

  /** `id` has answered. */
  answered(id: string, changed: boolean, ifNeeded: boolean): void {
    if (changed) {
      this.requirePrevious();
      this.request.isNeeded = true;
    }
    if (ifNeeded) this.previous.add(id);
  }

  private requirePrevious(): void {
    for (const id of this.previous) this.required.add(id);
    this.previous = new Set();
  }
}

export class Reinvocation {
  isReinvoke = false;
  isNeeded = false;
  private readonly plugins = new Map<string, PluginReinvocation>();

  of(plugin: string): PluginReinvocation {
    const known = this.plugins.get(plugin) ?? new PluginReinvocation(this);
    this.plugins.set(plugin, known);
    return known;
  }
}
