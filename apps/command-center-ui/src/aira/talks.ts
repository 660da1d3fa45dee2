/** The conversations of this tab: page and dock that show the same one hear the same answers. */
import { useSyncExternalStore } from "react";
import { Talk, type TalkState } from "./talk";

/** Where a conversation that has no name yet is being begun. */
export type Place = "page" | "dock";

const known = new Map<string, Talk>();
const beginning = new Map<Place, Talk>();

export function talkOf(conversationId: string | null, place: Place): Talk {
  if (conversationId === null) {
    const talk = beginning.get(place) ?? new Talk(null);
    beginning.set(place, talk);
    return talk;
  }
  for (const [begun, talk] of beginning) {
    if (talk.snapshot().conversationId !== conversationId) continue;
    beginning.delete(begun);
    known.set(conversationId, talk);
  }
  const talk = known.get(conversationId) ?? new Talk(conversationId);
  known.set(conversationId, talk);
  return talk;
}

/** The next conversation begun here is another one. */
export function beginAnother(place: Place): void {
  const talk = beginning.get(place);
  const id = talk?.snapshot().conversationId;
  if (talk && id) known.set(id, talk);
  beginning.delete(place);
}

export function forgetTalk(conversationId: string): void {
  known.get(conversationId)?.leave();
  known.delete(conversationId);
}

/** For tests: nothing is listened to any more. */
export function endTalks(): void {
  for (const talk of [...known.values(), ...beginning.values()]) talk.leave();
  known.clear();
  beginning.clear();
}

export function useTalk(conversationId: string | null, place: Place): [Talk, TalkState] {
  const talk = talkOf(conversationId, place);
  return [talk, useSyncExternalStore(talk.subscribe, talk.snapshot)];
}
