/** What an event says in one line, from the fields that agents are known to send. Each may be missing or of any type. */

import { line, plural } from '/page/text.js';

/** Fields of the event itself, the most telling first. */
const FIELDS = [
  'prompt', 'prompt_text', 'command_name', 'message', 'error', 'last_assistant_message', 'prompt_response', 'result', 'answer', 'description', 'reason',
  'task_subject', 'file_path', 'command', 'new_cwd', 'directory', 'worktree_path', 'to_model', 'trigger', 'source', 'agent_type', 'agent_id', 'name', 'status',
  'delta', 'text', 'tool_use_id',
];

/** Fields of a tool's input. */
const INPUT = ['command', 'file_path', 'path', 'pattern', 'query', 'url', 'description', 'prompt', 'skill', 'subject', 'content', 'notebook_path'];

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function firstText(object, names) {
  for (const name of names) {
    if (Object.hasOwn(object, name) && typeof object[name] === 'string' && object[name].trim() !== '') {
      return object[name];
    }
  }
  return '';
}

function input(data) {
  for (const name of ['tool_input', 'toolArgs', 'tool_parameters', 'tool_args']) {
    const given = data[name];
    if (typeof given === 'string') {
      return given;
    }
    if (isObject(given)) {
      return firstText(given, INPUT);
    }
  }
  return '';
}

/** The name of the tool, or ''. */
export function toolOf(event) {
  const data = isObject(event.data) ? event.data : {};
  return line(data.tool_name ?? data.toolName ?? '', 60);
}

/** Whether the event tells of something that went wrong. */
export function isFailure(event) {
  const data = isObject(event.data) ? event.data : {};
  return (
    /Failure$|^Permission ?Denied$|failed$/i.test(line(event.event, 100)) ||
    (typeof data.error === 'string' && data.error !== '') ||
    data.is_error === true ||
    data.outcome === 'failure' ||
    data.outcome === 'failed'
  );
}

/** One line of text. */
export function summary(event) {
  const data = isObject(event.data) ? event.data : {};
  const tool = toolOf(event);
  if (tool !== '') {
    const error = typeof data.error === 'string' ? data.error : '';
    return line(error || input(data));
  }
  if (Array.isArray(data.tool_calls)) {
    const names = data.tool_calls.slice(0, 10).map((call) => line(call?.tool_name, 40)).filter((name) => name !== '');
    return line(plural(data.tool_calls.length, 'call') + ': ' + names.join(', '));
  }
  const inner = isObject(data.properties) ? data.properties : data;
  return line(firstText(inner, FIELDS));
}
