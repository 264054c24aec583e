// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";

/// @title StakeRegistry
/// @dev Immutable: no owner, no pause, no proxy. Peer ids and metadata live in events alone; the chain never reads them.
contract StakeRegistry is IStakeRegistry, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /* CONSTANTS */

    /// @notice For so long after registration an executor's stake covers only a part of the tails that it could: a new
    /// address, perhaps of somebody who was slashed under an old one, has to show itself first.
    uint256 public constant RAMP = 7 days;
    /// @notice That part is one of so many.
    uint256 public constant RAMP_DIVISOR = 10;
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
    uint256 public immutable override unbondingPeriod;

    uint256 private immutable _minimumExecutorStake;
    uint256 private immutable _minimumValidatorStake;

    /* STORAGE */

    /// @inheritdoc IStakeRegistry
    mapping(address member => Member) public override members;

    /* CONSTRUCTOR */

    /// @param stakeToken_ ERC-20 of all stake; the payment token of the AccountingV2 that asks for capacities.
    /// @param minimumExecutorStake_ Base units that make an executor active.
    /// @param minimumValidatorStake_ Base units that make a validator active.
    /// @param unbondingPeriod_ Seconds. Has to be longer than evidence is accepted: the longest deadline that clients sign
    /// (24 hours) and 7 days more. Shorter ones are for networks that try things out.
    constructor(
        address stakeToken_,
        uint256 minimumExecutorStake_,
        uint256 minimumValidatorStake_,
        uint256 unbondingPeriod_
    ) {
        require(stakeToken_ != address(0), StakeZeroAddress());
        _requireWithin("minimumExecutorStake", 1, type(uint96).max, minimumExecutorStake_);
        _requireWithin("minimumValidatorStake", 1, type(uint96).max, minimumValidatorStake_);
        _requireWithin("unbondingPeriod", MIN_UNBONDING_PERIOD, MAX_UNBONDING_PERIOD, unbondingPeriod_);
        stakeToken = stakeToken_;
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
        require(members[msg.sender].role != Role.None, StakeNotRegistered(msg.sender));
        _requireLengths(peerId, metadataURI);
        emit MetadataUpdated(msg.sender, peerId, metadataURI);
    }

    /// @inheritdoc IStakeRegistry
    function stake(uint256 amount) external nonReentrant {
        _stake(amount);
    }

    /// @inheritdoc IStakeRegistry
    function registerAndStake(
        Role role,
        bytes calldata peerId,
        string calldata metadataURI,
        uint256 amount
    ) external nonReentrant {
        _register(role, peerId, metadataURI);
        _stake(amount);
    }

    /* LEAVING */

    /// @inheritdoc IStakeRegistry
    function unbond(uint256 amount) external {
        Member storage member = _registered();
        require(amount != 0, StakeZeroAmount());
        uint256 active = member.stake;
        require(amount <= active, StakeInsufficient(active, amount));
        uint256 left = active - amount;
        uint256 minimum = minimumStake(member.role);
        require(left == 0 || left >= minimum, StakeBelowMinimum(minimum, left));
        uint256 unbonding = member.unbonding + amount;
        uint256 unbondAt = block.timestamp + unbondingPeriod;
        member.stake = uint96(left); // Not above `stake`.
        member.unbonding = uint96(unbonding); // Both together fit, see `_stake`.
        member.unbondAt = uint40(unbondAt); // Fits for 34 000 years.
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
        emit UnbondCancelled(msg.sender, amount, totalStake);
    }

    /// @inheritdoc IStakeRegistry
    function withdraw(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), StakeZeroAddress());
        Member storage member = _registered();
        amount = member.unbonding;
        require(amount != 0, StakeNothingUnbonding());
        require(block.timestamp >= member.unbondAt, StakeStillUnbonding(member.unbondAt, block.timestamp));
        member.unbonding = 0;
        member.unbondAt = 0;
        emit StakeWithdrawn(msg.sender, to, amount, member.stake);
        IERC20(stakeToken).safeTransfer(to, amount);
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
    function isActive(address member) external view returns (bool) {
        Role role = members[member].role;
        return role != Role.None && members[member].stake >= minimumStake(role);
    }

    /// @inheritdoc IStakeRegistry
    function capacityOf(address executor) external view returns (uint256) {
        Member storage member = members[executor];
        (Role role, uint256 active, uint256 registeredAt) = (member.role, member.stake, member.registeredAt);
        if (role != Role.Executor || active < _minimumExecutorStake) return 0;
        return block.timestamp < registeredAt + RAMP ? active / RAMP_DIVISOR : active;
    }

    /* INTERNAL */

    function _register(Role role, bytes calldata peerId, string calldata metadataURI) private {
        require(role != Role.None, StakeUnknownRole(role));
        Member storage member = members[msg.sender];
        require(member.role == Role.None, StakeAlreadyRegistered(msg.sender, member.role));
        _requireLengths(peerId, metadataURI);
        member.role = role;
        member.registeredAt = uint40(block.timestamp); // Fits for 34 000 years.
        emit Registered(msg.sender, role, peerId, metadataURI);
    }

    /// @dev Measures what arrives, so that a token that charges on transfer is refused. A surplus is not credited.
    function _stake(uint256 amount) private {
        Member storage member = _registered();
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
        member.stake = uint96(totalStake); // Not above `whole`.
        emit Staked(msg.sender, msg.sender, amount, totalStake);
    }

    function _registered() private view returns (Member storage member) {
        member = members[msg.sender];
        require(member.role != Role.None, StakeNotRegistered(msg.sender));
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
