// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAudits} from "../../../contracts/audits/IAudits.sol";
import {AuditWorld} from "../support/AuditWorld.sol";
import {vm} from "../support/Vm.sol";

/// What two validators do in any order, honest and not, with a reference model of the rules: whole histories in place of
/// the contract's two slots. A report is accepted exactly when the model says so.
contract Auditors is AuditWorld {
    uint256 internal constant VALIDATORS = 2;
    /// Longest chain here, and most epochs that pass at once: short, so that chains end and epochs are skipped.
    uint256 internal constant SHORT = 8;

    /// A chain ever registered; dropped ones stay in the list.
    struct Registered {
        bytes32 secret;
        uint256 first;
        uint256 last;
        bool dropped;
    }

    /// Set when something happened that never may.
    string public broken;
    /// How often the interesting things happened.
    uint256 public accepted;
    uint256 public refused;
    uint256 public rows;

    uint256 private _epoch = E0;
    uint256 private _secrets;
    mapping(uint256 epoch => bool) private _fixed;
    mapping(address validator => Registered[]) private _chains;
    mapping(address validator => mapping(uint256 epoch => mapping(address executor => bool))) private _audited;
    mapping(address validator => mapping(uint256 epoch => bytes32)) private _revealed;

    constructor() {
        deployAudits();
        for (uint256 i = 1; i < VALIDATORS; ++i) enrolValidator(validatorAt(i));
    }

    /* MOVES */

    function pass(uint256 epochs, bool fix) external {
        _epoch += epochs % 16 == 0 ? bound(epochs >> 8, 2, SHORT) : 1;
        (bytes memory parent, bytes memory first) = enter(_epoch);
        if (!fix && epochs % 3 == 0) return;
        audits.fixSeed(blockOf(_epoch), parent, first);
        _fixed[_epoch] = true;
    }

    function register(uint256 who, uint256 length) external {
        address account = validatorAt(who);
        length = bound(length, 1, SHORT);
        bytes32 secret = keccak256(abi.encode("secret", ++_secrets));
        bytes32 tip = back(account, secret, length);
        bool expected = registry.isActive(account) && !waits(account);
        vm.prank(account);
        try audits.registerChain(tip, length) returns (uint256 first) {
            if (!expected) broken = "a chain that must not be registered";
            if (first != _epoch + 2) broken = "a chain that starts at another time";
            _chains[account].push(Registered(secret, first, first + length - 1, false));
        } catch {
            if (expected) broken = "a good chain was refused";
        }
    }

    /// Leaves seldom and comes back soon, so that reports go on.
    function changeStake(uint256 who, uint256 mood) external {
        address account = validatorAt(who);
        vm.startPrank(account);
        if (!registry.isActive(account)) registry.cancelUnbond();
        else if (mood % 4 == 0) registry.unbond(MINIMUM_VALIDATOR);
        vm.stopPrank();
    }

    function drop(uint256 who) external {
        address account = validatorAt(who);
        Registered[] storage list = _chains[account];
        bool expected = !registry.isActive(account) && list.length != 0 && !list[list.length - 1].dropped;
        try audits.dropChain(account) {
            if (!expected) broken = "a chain that must not be dropped";
            for (uint256 i = 0; i < list.length; ++i) list[i].dropped = true;
        } catch {
            if (expected) broken = "a chain could not be dropped";
        }
    }

    /// What an honest validator sends: some of those that it was assigned.
    function reportHonestly(uint256 who, uint256 chosen) external {
        address account = validatorAt(who);
        uint256 epoch = _epoch - 1;
        (bool covered, bytes32 value) = preimageAt(account, epoch);
        if (!covered) return;
        uint256 picked = 0;
        for (uint256 i = 0; i < EXECUTORS; ++i) {
            bool good = drawn(seedOf(epoch), value, executors[i]) && !reportedFrom(account, epoch, i);
            if (good && (chosen >> i) % 2 == 0) picked |= 1 << i;
        }
        send(account, epoch, value, picked);
    }

    /// Any epoch around the right one, any preimage that was ever registered, any executors.
    function reportAnything(uint256 who, uint256 whose, uint256 epoch, uint256 shift, uint256 picked) external {
        address account = validatorAt(who);
        epoch = epoch % 4 == 0 ? bound(epoch >> 2, _epoch - 2, _epoch + 1) : _epoch - 1;
        (bool covered, bytes32 value) = preimageAt(validatorAt(whose), epoch);
        if (shift % 4 == 0 && covered) value = back(account, value, 1 + ((shift >> 2) % 3));
        send(account, epoch, value, picked % (1 << EXECUTORS));
    }

    /* MODEL */

    function validatorAt(uint256 i) public pure returns (address) {
        return vm.addr(VALIDATOR_KEY + (i % VALIDATORS));
    }

    /// Whether a chain waits: one whose first epoch cannot be reported yet.
    function waits(address account) private view returns (bool) {
        Registered[] storage list = _chains[account];
        if (list.length == 0) return false;
        Registered storage newest = list[list.length - 1];
        return !newest.dropped && newest.first >= _epoch;
    }

    /// The newest chain that had started by the epoch covers it, or none does.
    function preimageAt(address account, uint256 epoch) private view returns (bool covered, bytes32 value) {
        Registered[] storage list = _chains[account];
        for (uint256 i = list.length; i > 0; --i) {
            Registered storage chain = list[i - 1];
            if (chain.first > epoch) continue;
            if (chain.dropped || chain.last < epoch) return (false, 0);
            return (true, preimageOf(account, chain.secret, chain.last, epoch));
        }
    }

    /// Whether this executor or one above it is reported already.
    function reportedFrom(address account, uint256 epoch, uint256 index) private view returns (bool) {
        for (uint256 i = index; i < EXECUTORS; ++i) if (_audited[account][epoch][executors[i]]) return true;
        return false;
    }

    function isGood(address account, uint256 epoch, bytes32 value, uint256 picked) private view returns (bool) {
        (bool covered, bytes32 right) = preimageAt(account, epoch);
        if (!registry.isActive(account) || epoch != _epoch - 1 || !_fixed[epoch] || !covered || value != right) {
            return false;
        }
        for (uint256 i = 0; i < EXECUTORS; ++i) {
            if ((picked >> i) % 2 == 0) continue;
            if (!drawn(seedOf(epoch), value, executors[i]) || reportedFrom(account, epoch, i)) return false;
        }
        return epoch >= FIRST;
    }

    /// Sends the report, and compares what happens with what the model says.
    function send(address account, uint256 epoch, bytes32 value, uint256 picked) private {
        IAudits.Row[] memory report_ = new IAudits.Row[](EXECUTORS);
        uint256 count = 0;
        for (uint256 i = 0; i < EXECUTORS; ++i) {
            if ((picked >> i) % 2 == 1) report_[count++] = rowOf(executors[i]);
        }
        assembly ("memory-safe") {
            mstore(report_, count)
        }
        bool expected = isGood(account, epoch, value, picked);
        vm.prank(account);
        try audits.report(epoch, value, report_) {
            if (!expected) broken = "a bad report was accepted";
            note(account, epoch, value, report_);
        } catch {
            if (expected) broken = "a good report was refused";
            ++refused;
        }
    }

    function note(address account, uint256 epoch, bytes32 value, IAudits.Row[] memory report_) private {
        bytes32 before = _revealed[account][epoch];
        if (before != 0 && before != value) broken = "two preimages for one epoch";
        _revealed[account][epoch] = value;
        for (uint256 i = 0; i < report_.length; ++i) {
            address found = report_[i].executor;
            if (_audited[account][epoch][found]) broken = "an executor was reported twice";
            _audited[account][epoch][found] = true;
        }
        ++accepted;
        rows += report_.length;
    }
}
