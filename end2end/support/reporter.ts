import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Colour codes of a terminal. */
const COLOURS = /\u001b\[[0-9;]*m/g;
/** Most characters of an error that are repeated. */
const MOST = 500;

/** Repeats all failures at the end, where a truncated log still shows them. */
export default class FailureSummary implements Reporter {
  private readonly lines: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus) return;
    this.lines.push(`FAILED ${test.titlePath().filter(Boolean).join(' › ')}`);
    for (const { message } of result.errors) {
      const text = (message ?? '').replace(COLOURS, '').split('\n').map((line) => line.trim());
      this.lines.push(`  ${text.filter(Boolean).join(' | ').slice(0, MOST)}`);
    }
  }

  onEnd(_: FullResult): void {
    if (this.lines.length > 0) console.log(`\n${this.lines.join('\n')}`);
  }
}
