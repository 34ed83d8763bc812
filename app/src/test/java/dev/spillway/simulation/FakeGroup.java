package dev.spillway.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The group's coordinator, after the classic protocol: a rebalance begins when a member comes, goes or is thrown out; it is complete
 * when every member has joined; then there is a new generation, and each member learns what it has with its next poll. A partition that
 * a member still claims is given to another only after the claim is gone. Commits are checked by member and generation, and by nothing
 * else.
 */
final class FakeGroup {
    private final List<TopicPartition> partitions;
    private final Chance chance;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    /** Where a commit's answer got lost, so that whoever sent it may believe that it was not committed. */
    private final Set<TopicPartition> unheard = new LinkedHashSet<>();

    private int generation;
    private int lastMember;
    private boolean rebalancing;

    FakeGroup(List<TopicPartition> partitions, Chance chance) {
        this.partitions = List.copyOf(partitions);
        this.chance = chance;
    }

    /** What the coordinator knows of a member. */
    private static final class Member {
        final Instance instance;
        Set<TopicPartition> claimed = Set.of();
        boolean joined;

        @Nullable
        Set<TopicPartition> assignment;

        Member(Instance instance) {
            this.instance = instance;
        }
    }

    List<TopicPartition> partitions() {
        return partitions;
    }

    int generation() {
        return generation;
    }

    String enter(Instance instance) {
        String id = instance + "-" + ++lastMember;
        members.put(id, new Member(instance));
        rebalance();
        return id;
    }

    /** A member leaves, or is thrown out because nothing was heard of it. */
    void remove(String id) {
        if (members.remove(id) != null) {
            rebalance();
        }
    }

    boolean has(String id) {
        return members.containsKey(id);
    }

    List<String> membersOf(Instance instance) {
        return members.entrySet().stream()
                .filter(entry -> entry.getValue().instance == instance)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The instance in this slot whose member came last; null when there is none. */
    @Nullable
    Instance lastOf(String slot) {
        Instance last = null;
        for (Member member : members.values()) {
            if (member.instance.slot.equals(slot)) {
                last = member.instance;
            }
        }
        return last;
    }

    List<String> members() {
        return List.copyOf(members.keySet());
    }

    Instance instanceOf(String id) {
        return memberOf(id).instance;
    }

    void rebalance() {
        rebalancing = true;
        members.values().forEach(member -> {
            member.joined = false;
            member.assignment = null;
        });
    }

    /** Whether the member is expected to join. */
    boolean awaits(String id) {
        return rebalancing && !memberOf(id).joined;
    }

    void join(String id, Set<TopicPartition> claimed) {
        Member member = memberOf(id);
        member.joined = true;
        member.claimed = Set.copyOf(claimed);
        if (members.values().stream().allMatch(m -> m.joined)) {
            complete();
        }
    }

    /** What the member has in the present generation, if it was not told yet. */
    @Nullable
    Set<TopicPartition> assignmentOf(String id) {
        Member member = memberOf(id);
        Set<TopicPartition> assignment = member.assignment;
        member.assignment = null;
        return assignment;
    }

    private void complete() {
        rebalancing = false;
        generation++;
        List<Member> all = new ArrayList<>(members.values());
        all.forEach(member -> member.assignment = new LinkedHashSet<>());
        for (TopicPartition partition : partitions) {
            Member owner = chance.of(all);
            boolean claimed = all.stream().anyMatch(m -> m != owner && m.claimed.contains(partition));
            Set<TopicPartition> assignment = owner.assignment;
            if (!claimed && assignment != null) {
                assignment.add(partition);
            }
        }
    }

    /** Whether the broker would take a commit from this member of this generation. */
    boolean admits(String id, int memberGeneration) {
        return members.containsKey(id) && memberGeneration == generation;
    }

    long committed(TopicPartition partition) {
        return committed.getOrDefault(partition, 0L);
    }

    void commit(Map<TopicPartition, Long> offsets) {
        committed.putAll(offsets);
        unheard.removeAll(offsets.keySet());
    }

    /** Nobody is told of the last commit of these partitions. */
    void loseAnswer(Set<TopicPartition> of) {
        unheard.addAll(of);
    }

    /** Whether the last commit of the partition was made without its sender's knowledge. */
    boolean isUnheard(TopicPartition partition) {
        return unheard.contains(partition);
    }

    private Member memberOf(String id) {
        Member member = members.get(id);
        if (member == null) {
            throw new IllegalStateException("no member " + id);
        }
        return member;
    }
}
