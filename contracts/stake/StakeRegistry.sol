// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ClaimQueue} from "./ClaimQueue.sol";
import {IStakeRegistry} from "./IStakeRegistry.sol";
import {SlashShares} from "./SlashShares.sol";
import {StrikeRing} from "./StrikeRing.sol";

/// @title StakeRegistry
/// @dev Immutable: no owner, no pause, no proxy; the deployer's one power ends with `wire`. Peer ids and metadata live in
/// events alone; the chain never reads them. What judges call neither moves tokens nor calls anybody.
contract StakeRegistry is IStakeRegistry, ReentrancyGuardTransient {
    using ClaimQueue for ClaimQueue.Queue;
    using SafeERC20 for IERC20;
    using SlashShares for Slash;
    using StrikeRing for uint256;

    /* CONSTANTS */

    /// @notice For so long after it became active an executor's stake covers only a growing part of the tails that it could: a
    /// new address, perhaps of somebody who was slashed under an old one, has to show itself first. It counts from the stake
    /// and not from the registration, which costs nothing and could be done long before.
    uint256 public constant RAMP = 7 days;
    /// @notice That part begins with one of so many.
    uint256 public constant RAMP_DIVISOR = 10;
    /// @notice How long a member stays in jail at least.
    uint256 public constant JAIL_PERIOD = 30 days;
    /// @notice Half strikes within a judge's window that put a member in jail: three strikes.
    uint256 public constant JAIL_HALVES = StrikeRing.LENGTH;
    /// @notice Most that reporter, victim and jury together get of a penalty, in parts of 10 000.
    uint256 public constant MAX_SHARES = SlashShares.MAX_SHARES;
    /// @notice Longest peer id, bytes. A secp256k1 one has 39.
    uint256 public constant MAX_PEER_ID_LENGTH = 64;
    /// @notice Longest metadata URI, bytes.
    uint256 public constant MAX_METADATA_LENGTH = 256;

    uint256 private constant MIN_UNBONDING_PERIOD = 1 hours;
    uint256 private constant MAX_UNBONDING_PERIOD = 60 days;

    /* IMMUTABLES */

    /// @inheritdoc IStakeRegistry
    address public immutable override stakeToken;
    /// @inheritdoc IStakeRegistry
    address public immutable override treasury;
    /// @inheritdoc IStakeRegistry
    address public immutable override deployer;
    /// @inheritdoc IStakeRegistry
    uint256 public immutable override unbondingPeriod;

    uint256 private immutable _minimumExecutorStake;
    uint256 private immutable _minimumValidatorStake;

    /* STORAGE */

    /// @inheritdoc IStakeRegistry
    mapping(address member => Member) public override members;
    /// @inheritdoc IStakeRegistry
    mapping(address account => Rewards) public override rewards;
    /// @inheritdoc IStakeRegistry
    mapping(address judge => Power) public override powerOf;
    /// @inheritdoc IStakeRegistry
    mapping(address judge => mapping(bytes32 id => Reason)) public override reasons;
    /// @inheritdoc IStakeRegistry
    bool public override wired;

    mapping(address member => mapping(Offence offence => uint256 ring)) private _strikes;

    /// @inheritdoc IStakeRegistry
    mapping(address judge => mapping(bytes32 id => Waiting)) public override waiting;

    mapping(address member => ClaimQueue.Queue) private _claims;
    /// @dev In the queue of the member, from the freeze until nothing is asked and nothing waits under the id.
    mapping(address judge => mapping(bytes32 id => uint256)) private _placeOf;

    /* MODIFIERS */

    modifier onlyJudge() {
        require(powerOf[msg.sender] != Power.None, StakeNotJudge(msg.sender));
        _;
    }

    /* CONSTRUCTOR */

    /// @param stakeToken_ ERC-20 of all stake; the payment token of the AccountingV2 that asks for capacities.
    /// @param treasury_ Gets the rest of every slash. If it belongs to somebody who can stake, slashing oneself is free.
    /// @param minimumExecutorStake_ Base units that make an executor active.
    /// @param minimumValidatorStake_ Base units that make a validator active.
    /// @param unbondingPeriod_ Seconds. Has to be longer than evidence is accepted: the longest deadline that clients sign
    /// (24 hours) and 7 days more. Shorter ones are for networks that try things out.
    /// @param deployer_ May call `wire`. Named, because a factory may be the caller; so an address that follows from this code
    /// and these arguments is worth nothing to whoever else puts them there first.
    constructor(
        address stakeToken_,
        address treasury_,
        uint256 minimumExecutorStake_,
        uint256 minimumValidatorStake_,
        uint256 unbondingPeriod_,
        address deployer_
    ) {
        bool complete = stakeToken_ != address(0) && treasury_ != address(0) && deployer_ != address(0);
        require(complete, StakeZeroAddress());
        // A mistyped address, or one of another chain, would be the token for ever.
        require(stakeToken_.code.length != 0, StakeNotContract(stakeToken_));
        _requireWithin("minimumExecutorStake", 1, type(uint96).max, minimumExecutorStake_);
        _requireWithin("minimumValidatorStake", 1, type(uint96).max, minimumValidatorStake_);
        _requireWithin("unbondingPeriod", MIN_UNBONDING_PERIOD, MAX_UNBONDING_PERIOD, unbondingPeriod_);
        stakeToken = stakeToken_;
        treasury = treasury_;
        deployer = deployer_;
        _minimumExecutorStake = minimumExecutorStake_;
        _minimumValidatorStake = minimumValidatorStake_;
        unbondingPeriod = unbondingPeriod_;
    }

    /* JOINING */

    /// @inheritdoc IStakeRegistry
    function register(Role role, bytes calldata peerId, string calldata metadataURI) external {
        _register(role, peerId, metadataURI);
    }

    /// @inheritdoc IStakeRegistry
    function updateMetadata(bytes calldata peerId, string calldata metadataURI) external {
        _registered();
        _requireLengths(peerId, metadataURI);
        emit MetadataUpdated(msg.sender, peerId, metadataURI);
    }

    /// @inheritdoc IStakeRegistry
    function stake(uint256 amount) external nonReentrant {
        _stake(msg.sender, amount);
    }

    /// @inheritdoc IStakeRegistry
    function stakeFor(address member, uint256 amount) external nonReentrant {
        _stake(member, amount);
    }

    /// @inheritdoc IStakeRegistry
    function registerAndStake(
        Role role,
        bytes calldata peerId,
        string calldata metadataURI,
        uint256 amount
    ) external nonReentrant {
        _register(role, peerId, metadataURI);
        _stake(msg.sender, amount);
    }

    /* LEAVING */

    /// @inheritdoc IStakeRegistry
    function unbond(uint256 amount) external {
        Member storage member = _registered();
        uint256 active = member.stake;
        if (amount == type(uint256).max) amount = active;
        require(amount != 0, StakeZeroAmount());
        require(amount <= active, StakeInsufficient(active, amount));
        uint256 left = active - amount;
        uint256 minimum = minimumStake(member.role);
        require(left == 0 || left >= minimum, StakeBelowMinimum(minimum, left));
        uint256 unbonding = member.unbonding + amount;
        uint256 unbondAt = block.timestamp + unbondingPeriod;
        member.stake = uint96(left); // Not above `stake`.
        member.unbonding = uint96(unbonding); // Both together fit, see `_stake`.
        member.unbondAt = uint40(unbondAt); // Fits for 34 000 years.
        _refreshActivity(member);
        emit UnbondRequested(msg.sender, amount, left, unbonding, unbondAt);
    }

    /// @inheritdoc IStakeRegistry
    function cancelUnbond() external {
        Member storage member = _registered();
        uint96 amount = member.unbonding;
        require(amount != 0, StakeNothingUnbonding());
        uint96 totalStake = member.stake + amount;
        member.stake = totalStake;
        member.unbonding = 0;
        member.unbondAt = 0;
        _refreshActivity(member);
        emit UnbondCancelled(msg.sender, amount, totalStake);
    }

    /// @inheritdoc IStakeRegistry
    function withdraw(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), StakeZeroAddress());
        Member storage member = _registered();
        uint256 unbonding = member.unbonding;
        require(unbonding != 0, StakeNothingUnbonding());
        require(block.timestamp >= member.unbondAt, StakeStillUnbonding(member.unbondAt, block.timestamp));
        uint256 whole = _wholeOf(member);
        amount = Math.min(unbonding, Math.saturatingSub(whole, member.frozen));
        require(amount != 0, StakeFrozen(member.frozen, whole));
        _setUnbonding(member, unbonding - amount);
        emit StakeWithdrawn(msg.sender, to, amount, member.stake, member.unbonding);
        IERC20(stakeToken).safeTransfer(to, amount);
    }

    /// @inheritdoc IStakeRegistry
    function unjail() external {
        Member storage member = _registered();
        uint256 until = member.jailedUntil;
        require(until != 0, StakeNotJailed(msg.sender));
        require(block.timestamp >= until, StakeStillJailed(until, block.timestamp));
        uint256 minimum = minimumStake(member.role);
        require(member.stake >= minimum, StakeBelowMinimum(minimum, member.stake));
        member.jailedUntil = 0;
        _refreshActivity(member);
        emit Unjailed(msg.sender);
    }

    /* REWARDS */

    /// @inheritdoc IStakeRegistry
    function withdrawRewards(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), StakeZeroAddress());
        Rewards storage account = rewards[msg.sender];
        amount = account.credited - account.withdrawn;
        require(amount != 0, StakeNoRewards());
        account.withdrawn = account.credited;
        emit RewardsWithdrawn(msg.sender, to, amount);
        IERC20(stakeToken).safeTransfer(to, amount);
    }

    /// @inheritdoc IStakeRegistry
    function transferRewards(address to, uint256 amount) external {
        require(to != address(0), StakeZeroAddress());
        Rewards storage account = rewards[msg.sender];
        uint256 available = account.credited - account.withdrawn;
        require(amount <= available, StakeInsufficientRewards(available, amount));
        account.credited -= uint128(amount); // Not above `available`.
        _credit(to, amount);
        emit RewardsTransferred(msg.sender, to, amount);
    }

    /* WIRING */

    /// @inheritdoc IStakeRegistry
    function wire(Judge[] calldata judges) external {
        require(msg.sender == deployer, StakeNotDeployer(deployer, msg.sender));
        require(!wired, StakeAlreadyWired());
        wired = true;
        for (uint256 i = 0; i < judges.length; ++i) {
            (address judge, Power power) = (judges[i].account, judges[i].power);
            require(judge.code.length != 0, StakeNotContract(judge));
            require(power != Power.None, StakePowerless(judge));
            require(powerOf[judge] == Power.None, StakeJudgeRepeated(judge));
            powerOf[judge] = power;
            emit Wired(judge, power);
        }
    }

    /* JUDGES */

    /// @inheritdoc IStakeRegistry
    function freeze(bytes32 id, address member, uint256 amount) external onlyJudge {
        require(member != address(0), StakeZeroAddress());
        require(reasons[msg.sender][id].member == address(0), StakeIdUsed(msg.sender, id));
        if (amount == 0) return;
        Member storage account = members[member];
        ClaimQueue.Queue storage queue = _claims[member];
        // Nobody is left of those whose turn jurors did not wait for.
        if (account.frozen == 0) queue.early = 0;
        // No stake is larger, and 2^24 such freezes of one member fit their sum.
        uint96 part = uint96(Math.min(amount, type(uint96).max));
        reasons[msg.sender][id] = Reason(member, part);
        uint120 frozen = account.frozen + part;
        account.frozen = frozen;
        _placeOf[msg.sender][id] = queue.append(part, 0);
        emit Frozen(member, msg.sender, id, part, frozen);
    }

    /// @inheritdoc IStakeRegistry
    function unfreeze(bytes32 id) external onlyJudge {
        Reason memory reason = reasons[msg.sender][id];
        if (reason.frozen == 0) return;
        delete reasons[msg.sender][id];
        _unfreeze(id, reason);
        _claims[reason.member].decide(_placeOf[msg.sender][id], reason.frozen, 0);
        delete _placeOf[msg.sender][id];
    }

    /// @inheritdoc IStakeRegistry
    function slash(Slash calldata order) external onlyJudge returns (Payout memory payout) {
        Reason memory reason = reasons[msg.sender][order.id];
        bool usable = reason.member == address(0) || (reason.frozen != 0 && reason.member == order.member);
        require(usable, StakeIdUsed(msg.sender, order.id));
        reasons[msg.sender][order.id] = Reason(order.member, 0);
        if (reason.frozen != 0) _unfreeze(order.id, reason);
        Member storage member = members[order.member];
        uint256 whole = _wholeOf(member);
        uint256 taken = _take(member, Math.saturatingAdd(order.restitution, order.penalty));
        // Without any other claim all of it can be paid at once.
        if (reason.frozen == 0 && member.frozen == 0) (payout, ) = order.split(taken, taken, 0);
        else payout = _splitInOrder(order, reason.frozen, whole, taken);
        _credit(order.reporter, payout.reporter);
        _credit(order.victim, payout.restituted + payout.victim);
        _credit(order.jury, payout.jury);
        _credit(treasury, payout.treasury);
        emit Slashed({
            member: order.member,
            judge: msg.sender,
            id: order.id,
            offence: order.offence,
            reporter: order.reporter,
            victim: order.victim,
            jury: order.jury,
            taken: taken,
            payout: payout,
            totalStake: member.stake,
            unbonding: member.unbonding
        });
    }

    /// @inheritdoc IStakeRegistry
    function strike(
        address member,
        Offence offence,
        uint256 halves,
        uint256 window
    ) external onlyJudge returns (uint256 count) {
        _strikes[member][offence] = _strikes[member][offence].push(halves, block.timestamp);
        count = strikesOf(member, offence, window);
        emit Struck(member, msg.sender, offence, halves, count);
        if (count >= JAIL_HALVES) _jail(member);
    }

    /// @inheritdoc IStakeRegistry
    function jail(address member) external onlyJudge {
        _jail(member);
    }

    /* ANYONE */

    /// @inheritdoc IStakeRegistry
    function collect(address judge, bytes32 id) external returns (uint256 toReporter, uint256 toVictim) {
        Waiting memory share = waiting[judge][id];
        require(share.member != address(0), StakeNothingWaiting(judge, id));
        // It has to pass the share on, and would not know of it.
        require(share.reporter != judge || msg.sender == judge, StakeNotJudge(msg.sender));
        ClaimQueue.Queue storage queue = _claims[share.member];
        ClaimQueue.Sums memory ahead = queue.sumBefore(_placeOf[judge][id]);
        require(ahead.asked == 0, StakeClaimsAhead(ahead.asked));
        uint256 left = Math.min(share.amount, Math.saturatingSub(queue.withheld, ahead.waiting));
        queue.withheld -= uint128(left); // Not above it.
        queue.remove(_placeOf[judge][id], share.amount);
        delete _placeOf[judge][id];
        delete waiting[judge][id];
        toReporter = (left * share.toReporter) / share.amount;
        toVictim = (left * share.toVictim) / share.amount;
        _credit(share.reporter, toReporter);
        _credit(share.victim, toVictim);
        _credit(treasury, left - toReporter - toVictim);
        emit Collected({
            member: share.member,
            judge: judge,
            id: id,
            reporter: share.reporter,
            victim: share.victim,
            toReporter: toReporter,
            toVictim: toVictim,
            toTreasury: left - toReporter - toVictim,
            gone: share.amount - left
        });
    }

    /* VIEWS */

    /// @inheritdoc IStakeRegistry
    function minimumStake(Role role) public view returns (uint256) {
        if (role == Role.Executor) return _minimumExecutorStake;
        if (role == Role.Validator) return _minimumValidatorStake;
        revert StakeUnknownRole(role);
    }

    /// @inheritdoc IStakeRegistry
    function activeStake(address member) external view returns (uint256) {
        return members[member].stake;
    }

    /// @inheritdoc IStakeRegistry
    function isSlashed(address judge, bytes32 id) external view returns (bool) {
        return _hasSlashed(reasons[judge][id]);
    }

    /// @inheritdoc IStakeRegistry
    function slashableStake(address member) external view returns (uint256) {
        return _wholeOf(members[member]);
    }

    /// @inheritdoc IStakeRegistry
    function withheldOf(address member) external view returns (uint256) {
        return _claims[member].withheld;
    }

    /// @inheritdoc IStakeRegistry
    function isActive(address member) external view returns (bool) {
        return members[member].activeSince != 0;
    }

    /// @inheritdoc IStakeRegistry
    function strikesOf(address member, Offence offence, uint256 window) public view returns (uint256 count) {
        return _strikes[member][offence].countSince(Math.saturatingSub(block.timestamp, window));
    }

    /// @inheritdoc IStakeRegistry
    function capacityOf(address executor) external view returns (uint256) {
        Member storage member = members[executor];
        (Role role, uint256 active, uint256 activeSince) = (member.role, member.stake, member.activeSince);
        if (role != Role.Executor || activeSince == 0) return 0;
        uint256 age = Math.min(block.timestamp - activeSince, RAMP);
        return Math.max(active / RAMP_DIVISOR, (active * age) / RAMP);
    }

    /* INTERNAL */

    function _register(Role role, bytes calldata peerId, string calldata metadataURI) private {
        require(wired, StakeNotWired());
        require(role != Role.None, StakeUnknownRole(role));
        Member storage member = members[msg.sender];
        require(member.role == Role.None, StakeAlreadyRegistered(msg.sender, member.role));
        _requireLengths(peerId, metadataURI);
        member.role = role;
        member.registeredAt = uint40(block.timestamp); // Fits for 34 000 years.
        emit Registered(msg.sender, role, peerId, metadataURI);
    }

    /// @dev Measures what arrives, so that a token that charges on transfer is refused. A surplus is not credited.
    function _stake(address account, uint256 amount) private {
        Member storage member = _registeredAs(account);
        require(amount != 0, StakeZeroAmount());
        IERC20 token = IERC20(stakeToken);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        require(received >= amount, StakeTokenShortfall(amount, received));
        // Unbonding stake may become active again: the two have to fit one amount together.
        uint256 whole = uint256(member.stake) + member.unbonding + amount;
        require(whole <= type(uint96).max, StakeAmountTooLarge(type(uint96).max, whole));
        uint256 totalStake = member.stake + amount;
        _dilute(member, totalStake);
        member.stake = uint96(totalStake); // Not above `whole`.
        _refreshActivity(member);
        emit Staked(account, msg.sender, amount, totalStake);
    }

    /// @dev An executor's first week counts by the unit: stake that grows makes it younger in proportion, rounded against it, so
    /// that the capacity stays what it was. Else who waited out the week with the minimum would have all of a large stake
    /// believed at once.
    function _dilute(Member storage member, uint256 totalStake) private {
        uint256 since = member.activeSince;
        if (member.role != Role.Executor || since == 0) return;
        uint256 age = Math.min(block.timestamp - since, RAMP);
        member.activeSince = uint40(block.timestamp - (age * member.stake) / totalStake); // Fits for 34 000 years.
    }

    function _jail(address member) private {
        uint256 until = block.timestamp + JAIL_PERIOD;
        members[member].jailedUntil = uint40(until); // Fits for 34 000 years.
        _refreshActivity(members[member]);
        emit Jailed(member, msg.sender, until);
    }

    /// @dev Takes up to `wanted`, active stake first.
    function _take(Member storage member, uint256 wanted) private returns (uint256 taken) {
        (uint256 active, uint256 unbonding) = (member.stake, member.unbonding);
        uint256 fromActive = Math.min(active, wanted);
        uint256 fromUnbonding = Math.min(unbonding, wanted - fromActive);
        if (fromActive != 0) {
            member.stake = uint96(active - fromActive); // Not above `stake`.
            _refreshActivity(member);
        }
        if (fromUnbonding != 0) _setUnbonding(member, unbonding - fromUnbonding);
        return fromActive + fromUnbonding;
    }

    function _wholeOf(Member storage member) private view returns (uint256) {
        return uint256(member.stake) + member.unbonding;
    }

    /// @dev `left` is not above what is unbonding now.
    function _setUnbonding(Member storage member, uint256 left) private {
        member.unbonding = uint96(left);
        if (left == 0) member.unbondAt = 0;
    }

    function _hasSlashed(Reason memory reason) private pure returns (bool) {
        return reason.member != address(0) && reason.frozen == 0;
    }

    function _unfreeze(bytes32 id, Reason memory reason) private {
        uint120 frozen = members[reason.member].frozen - reason.frozen;
        members[reason.member].frozen = frozen;
        emit Unfrozen(reason.member, msg.sender, id, reason.frozen, frozen);
    }

    /// @dev Serves a slash at its place in the queue, behind all if it froze nothing. Whatever the member had and earlier claims
    /// do not need is paid at once. What they may need is taken all the same, and waits. An earlier claim that finds less stake
    /// than it wants is served out of what waits behind it.
    /// @param asked What was frozen for this slash.
    /// @param whole Stake before it.
    /// @param taken Of the stake.
    function _splitInOrder(
        Slash calldata order,
        uint96 asked,
        uint256 whole,
        uint256 taken
    ) private returns (Payout memory payout) {
        ClaimQueue.Queue storage queue = _claims[order.member];
        uint256 place = _placeOf[msg.sender][order.id];
        (uint256 ahead, uint256 behind) = (members[order.member].frozen, 0);
        if (place != 0) {
            ClaimQueue.Sums memory sums = queue.sumBefore(place);
            (ahead, behind) = (sums.asked, Math.saturatingSub(queue.withheld, sums.waiting));
        }
        uint256 served = Math.saturatingSub(whole + behind, ahead);
        uint256 room = SlashShares.roomFor(whole + queue.withheld, queue.early);
        if (behind != 0) {
            uint256 lacking = Math.saturatingAdd(order.restitution, order.penalty) - taken;
            uint256 more = Math.min(lacking, behind);
            queue.withheld -= uint128(more); // Not above what is behind, a part of it.
            taken += more;
        }
        served = Math.min(taken, served);
        SlashShares.Dues memory dues;
        (payout, dues) = order.split(taken, served, room);
        uint128 rest = uint128(payout.waiting); // A part of what was taken.
        // A third of stakes that are 96 bits each.
        queue.early = uint96(Math.min(queue.early + (taken - served - rest), type(uint96).max));
        if (place != 0) queue.decide(place, asked, rest);
        if (rest == 0) {
            delete _placeOf[msg.sender][order.id];
            return payout;
        }
        if (place == 0) _placeOf[msg.sender][order.id] = queue.append(0, rest);
        queue.withheld += rest;
        // All are parts of what was taken of a stake, a uint96.
        waiting[msg.sender][order.id] = Waiting({
            member: order.member,
            amount: uint96(rest),
            reporter: order.reporter,
            toReporter: uint96(dues.reporter),
            victim: order.victim,
            toVictim: uint96(dues.victim)
        });
    }

    /// @dev Reaching 2^128 takes 2^32 slashes of the largest stake.
    function _credit(address account, uint256 amount) private {
        if (amount != 0) rewards[account].credited += uint128(amount); // Not above a member's stake and unbonding.
    }

    /// @dev Called after every change of stake or jail.
    function _refreshActivity(Member storage member) private {
        Role role = member.role;
        bool active = role != Role.None && member.jailedUntil == 0 && member.stake >= minimumStake(role);
        if (active == (member.activeSince != 0)) return;
        member.activeSince = active ? uint40(block.timestamp) : 0; // Fits for 34 000 years.
    }

    function _registered() private view returns (Member storage) {
        return _registeredAs(msg.sender);
    }

    function _registeredAs(address account) private view returns (Member storage member) {
        member = members[account];
        require(member.role != Role.None, StakeNotRegistered(account));
    }

    function _requireLengths(bytes calldata peerId, string calldata metadataURI) private pure {
        require(
            peerId.length != 0 && peerId.length <= MAX_PEER_ID_LENGTH,
            StakePeerIdLength(1, MAX_PEER_ID_LENGTH, peerId.length)
        );
        uint256 length = bytes(metadataURI).length;
        require(length <= MAX_METADATA_LENGTH, StakeMetadataLength(MAX_METADATA_LENGTH, length));
    }

    function _requireWithin(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked) private pure {
        require(asked >= minimum && asked <= maximum, StakeParameterOutOfRange(name, minimum, maximum, asked));
    }
}
