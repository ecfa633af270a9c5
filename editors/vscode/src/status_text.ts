// How the status reads. Pure, so that its tests need no editor.
import type { Last, ServiceLevel, Source, Status } from './contract.ts';

const LEVELS: Record<ServiceLevel, string> = {
  full_service: 'Full service',
  reduced_service: 'Reduced service: some models do not answer',
  minimal_service: 'Minimal service: few models answer',
  emergency_mode: 'Offline: no model answers; this machine helps out',
};

const WITHOUT_MODEL: Record<Exclude<Source, 'model'>, string> = {
  cache: 'cached',
  workspace: 'workspace',
  template: 'template',
  rule: 'rules',
  none: 'no answer',
};

/** `$0`, `$0.0042`, `$0.31`, `$12.40`: as many digits as say something. */
export function dollars(micro: number): string {
  if (micro === 0) return '$0';
  const amount = micro / 1_000_000;
  if (amount < 0.0001) return '<$0.0001';
  return `$${amount.toFixed(amount < 0.1 ? 4 : 2)}`;
}

export function level(service: ServiceLevel): string {
  return LEVELS[service];
}

/** The text of the status bar item: who answered last, and what it cost. */
export function label(status: Status | undefined): string {
  if (!status) return '$(git-branch) Pointsman';
  const { last, serviceLevel } = status;
  const offline = serviceLevel === 'emergency_mode';
  // Most keystrokes have no suggestion: that is no news.
  if (!last || (last.source === 'none' && last.task.endsWith('completion'))) return offline ? '$(debug-disconnect) Pointsman: offline' : '$(git-branch) Pointsman';
  if (last.source === 'model') {
    return `$(${last.degraded ? 'arrow-down' : 'git-branch'}) ${last.model} · ${dollars(last.costMicroDollars)}`;
  }
  if (last.source === 'cache') return `$(history) ${last.model || 'Pointsman'} · cached`;
  if (last.source === 'none') return '$(circle-slash) no answer';
  const icon = offline ? 'debug-disconnect' : 'arrow-down';
  return `$(${icon}) ${offline ? 'offline' : 'degraded'}: ${WITHOUT_MODEL[last.source]}`;
}

/** Who gave the answer, in one line. */
export function headline(last: Last): string {
  const seconds = last.elapsedMs < 995 ? `${Math.round(last.elapsedMs)} ms` : `${(last.elapsedMs / 1000).toFixed(1)} s`;
  if (last.source === 'model') return `${last.model} in ${seconds} for ${dollars(last.costMicroDollars)}`;
  if (last.source === 'cache') return `${last.model || 'An earlier answer'}, from the cache, in ${seconds}`;
  return last.source === 'none' ? 'No answer' : `No model: ${WITHOUT_MODEL[last.source]}, in ${seconds}`;
}

/** Why, strongest first and each once; what went wrong comes before all. */
export function reasons(last: Last): string[] {
  return [...new Set([last.message ?? '', ...last.reasons])].filter(Boolean);
}

/** One line of plain text as Markdown. (`MarkdownString.appendText` makes every space unbreakable, which cuts words.) */
export function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/\$\(/g, '$ (')
    .replace(/[\\`*_{}[\]()#+\-.!~<>|:]/g, '\\$&');
}

export function account(status: Status): string {
  return `${dollars(status.sessionMicroDollars)} this session · ${dollars(status.todayMicroDollars)} today`;
}
